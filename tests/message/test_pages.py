"""The page of the office with mail that has not left, and the mailbox of a demo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from webtest import TestApp

from lms_leiderschap.app import configure
from lms_leiderschap.message.actions import claim, mail_in, mail_link, settle
from tests.conftest import NOW


def link(institution: Any) -> int:
    person = institution.people[institution.emails["anna@noord.test"]]
    mail_link(institution, person, "invitation", at=NOW)
    return max(mail_in(institution), key=lambda found: found[1]["at"])[0]


def refused(institution: Any) -> None:
    number = link(institution)
    settle(institution, number, "refused", "550 <b>nobody</b>", at=NOW)


@pytest.mark.parametrize("who", ["anna", "pieter"])
def test_only_those_who_run_an_edition_see_outgoing_mail(browse: Any, who: str) -> None:
    assert browse(who).get("/mail", status="4*").status_int in (403, 404)


def test_the_office_sees_who_what_since_and_why_but_no_token(browse: Any, noord: Any) -> None:
    noord(refused)
    page = browse("olga").get("/mail")
    page.mustcontain("Anna de Wit", "Najaar 2026", "550 &lt;b&gt;nobody&lt;/b&gt;")
    assert "/link/" not in page


def test_the_office_sends_a_refused_mail_again(browse: Any, noord: Any, waiting: Any) -> None:
    noord(refused)
    page = browse("olga").get("/mail")
    page.forms[0].submit("do", value="again").follow()
    assert waiting()[0]["state"] == "waiting"


def test_the_office_throws_a_mail_away(browse: Any, noord: Any, waiting: Any) -> None:
    noord(refused)
    page = browse("olga").get("/mail").forms[0].submit("do", value="away").follow()
    assert waiting() == []
    assert set(page.forms) == {0, "sign-out"}


def test_what_is_being_sent_is_left_alone(browse: Any, noord: Any, waiting: Any) -> None:
    number = noord(link)
    browser = browse("olga")
    form = browser.get("/mail").forms[0]
    noord(lambda institution: claim(institution, number, at=NOW))
    assert set(browser.get("/mail").forms) == {0, "sign-out"}
    form.submit("do", value="away", status=409)
    assert waiting()[0]["state"] == "sending"


@pytest.mark.parametrize(
    "wrong", [{}, {"number": "1"}, {"number": "x", "do": "again"}, {"number": "1", "do": "burn"}]
)
def test_a_form_that_is_not_ours_is_refused(browse: Any, noord: Any, wrong: Any) -> None:
    noord(refused)
    browser = browse("olga")
    token = browser.get("/mail").forms[0]["csrf_token"].value
    browser.post("/mail", {"csrf_token": token, **wrong}, status=400)


def test_a_post_that_wrote_mail_wakes_the_worker(browse: Any, noord: Any, registry: Any) -> None:
    noord(refused)
    form = browse("olga").get("/mail").forms[0]
    registry.jobs._wake.clear()
    form.submit("do", value="again")
    assert registry.jobs._wake.is_set()


def test_a_post_that_wrote_no_mail_lets_the_worker_sleep(
    browse: Any, noord: Any, registry: Any
) -> None:
    noord(refused)
    form = browse("olga").get("/mail").forms[0]
    form["number"].force_value("12")
    registry.jobs._wake.clear()
    form.submit("do", value="again")
    assert not registry.jobs._wake.is_set()


@pytest.fixture
def demo(registry: Any) -> Iterator[TestApp]:
    """The application with the mailbox of a demo, on the same files."""
    registry.databases.close()
    config = configure(replace(registry.lms))
    config.scan("lms_leiderschap.message.views.mailbox")
    app = TestApp(config.make_wsgi_app(), extra_environ={"HTTP_HOST": "noord.test"})
    app.jobs = config.registry.jobs
    yield app
    config.registry.databases.close()
    config.registry.side.close()


def test_the_mailbox_of_a_demo_shows_mail_newest_first(demo: Any) -> None:
    assert "/demo/mail/" not in demo.get("/demo/mail")
    entry = demo.jobs.registry.lms.institutions[0]
    for kind, hours in (("invitation", 0), ("reset", 1)):
        demo.jobs.within(
            entry,
            lambda institution, kind=kind, hours=hours: mail_link(
                institution,
                institution.people[institution.emails["anna@noord.test"]],
                kind,
                at=datetime.now(UTC) + timedelta(hours=hours),
            ),
        )
    demo.jobs.run_once(datetime.now(UTC) + timedelta(hours=1))
    page = demo.get("/demo/mail")
    names = re.findall(r'href="(/demo/mail/[^"]+)"', page.text)
    assert len(names) == 2
    assert names == sorted(names, reverse=True)
    mail = demo.get(names[0])
    assert re.search('<a href="http://noord.test/link/reset/[a-z2-9]{13}[.][^"]{43}">', mail.text)
    mail.mustcontain("anna@noord.test")


@pytest.mark.parametrize("name", ["x.eml", "..%2f..%2fside.sqlite", "20260101T000000-0.eml"])
def test_no_other_file_is_shown(demo: Any, name: str) -> None:
    demo.get(f"/demo/mail/{name}", status=404)


def test_there_is_no_mailbox_without_the_demo_setting(browse: Any) -> None:
    browse().get("/demo/mail", status=404)
