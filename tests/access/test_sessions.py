"""A session begins anew with each sign-in, and ends when it must: at once, and everywhere."""

from __future__ import annotations

import multiprocessing
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lms_leiderschap.app import configure
from lms_leiderschap.enrolment.actions import stop_teaching
from lms_leiderschap.people.actions import erase, person_with, sign_out, take_role
from lms_leiderschap.permissions import Role
from lms_leiderschap.store.side import ABSOLUTE_LIMIT, IDLE_LIMIT, SideStore
from tests.access.conftest import Asker
from tests.access.test_links import link_for
from tests.access.world import changing
from tests.conftest import PASSWORD, STORAGE

NEW = "een nieuw lang wachtwoord"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
         "Gecko) Version/18.5 Mobile/15E148 Safari/604.1")  # fmt: skip


def sign_in(one: Asker, who: str = "anna", password: str = PASSWORD, agent: str = FIREFOX) -> int:
    form = {"email": f"{who}@noord.test", "password": password, "sign_in": ""}
    return int(one.ask("POST", "/sign-in", form, HTTP_USER_AGENT=agent).status_int)


def is_in(one: Asker) -> bool:
    return bool(one.ask("GET", "/profile").status_int == 200)


@pytest.fixture
def elsewhere(registry: Any) -> Iterator[Any]:
    """The application a second time, as another process has it. FileStorage is of one process."""
    if STORAGE == "file":
        yield registry
        return
    config = configure(registry.lms)
    config.registry.app = config.make_wsgi_app()
    yield config.registry
    config.registry.databases.close()
    config.registry.side.close()


def press(one: Asker, path: str, **values: str) -> None:
    """Send a form, as somebody whose answer is 303."""
    assert one.ask("POST", path, values).status_int == 303, path


def by_office(verb: str) -> Callable[[Any, Asker], None]:
    def act(_registry: Any, ada: Asker) -> None:
        with changing(_registry) as institution:
            anna = person_with(institution, "anna@noord.test").__name__
        press(ada, f"/people/{anna}/access", why="kwijt", **{verb: ""})

    return act


def by_new_password(registry: Any, _ada: Asker) -> None:
    one = Asker(registry, "noord.test")
    assert sign_in(one) == 303
    press(one, "/change-password", current=PASSWORD, password=NEW, change="")
    assert is_in(one)


def by_link(registry: Any, _ada: Asker) -> None:
    press(Asker(registry, "noord.test"), link_for(registry, "reset"), password=NEW, choose="")


def by_erasing(registry: Any, _ada: Asker) -> None:
    with changing(registry) as institution:
        anna = person_with(institution, "anna@noord.test")
        erase(anna, by="system", why="", at=datetime.now(UTC), notify=registry.notify)


def by_herself(registry: Any, _ada: Asker) -> None:
    one = Asker(registry, "noord.test")
    assert sign_in(one) == 303
    press(one, "/end-sessions")
    assert is_in(one)


ENDS = {"signing out everywhere by the office": by_office("sign_out"),
        "blocking": by_office("block"), "another password": by_new_password,
        "a new password by a link": by_link, "erasure": by_erasing,
        "signing out on all other devices": by_herself}  # fmt: skip


@pytest.mark.promise("D4")
@pytest.mark.parametrize("how", ENDS)
def test_a_session_ends_within_a_second_in_every_process(
    registry: Any, elsewhere: Any, asker: Any, figure: Any, how: str
) -> None:
    one, ada = Asker(registry, "noord.test"), asker("ada")
    assert sign_in(one) == 303
    stolen = Asker(elsewhere, "noord.test", one.cookies["lms"])
    assert is_in(one) and is_in(stolen)
    ENDS[how](registry, ada)
    begun = time.monotonic()
    left = sum(map(is_in, (one, stolen)))
    figure(f"sessions left after {how}", left, "sessions", at_most=0)
    figure(f"until that was seen, {how}", time.monotonic() - begun, "seconds", at_most=1)


@pytest.mark.promise("D4")
def test_who_was_signed_out_by_a_clock_that_was_ahead_signs_in_again(
    registry: Any, asker: Any
) -> None:
    anna = asker("anna")
    with changing(registry) as institution:
        sign_out(person_with(institution, "anna@noord.test"), by="system", why="",
                 at=datetime.now(UTC) + timedelta(days=365))  # fmt: skip
    assert not is_in(anna)
    assert sign_in(anna) == 303 and is_in(anna)


@pytest.mark.promise("D4")
def test_signing_out_ends_the_session_and_not_only_the_cookie(asker: Any) -> None:
    one, stolen = asker(), asker()
    assert sign_in(one) == 303
    stolen.cookies["lms"] = one.cookies["lms"]
    assert is_in(stolen)
    assert one.ask("GET", "/sign-out").status_int == 404 and is_in(stolen)
    press(one, "/sign-out")
    assert not is_in(one) and not is_in(stolen)


@pytest.mark.promise("D4")
def test_a_role_that_was_taken_is_gone_at_the_next_request(registry: Any, asker: Any) -> None:
    """Roles are read with each request: the session need not end."""
    pieter, olga = asker("pieter"), asker("olga")
    edition = "/programmes/plg-leergang/editions/2026/"
    assert pieter.ask("GET", edition).status_int == olga.ask("GET", edition).status_int == 200
    with changing(registry) as institution:
        told = {"by": "system", "why": "", "at": datetime.now(UTC)}
        take_role(person_with(institution, "olga@noord.test"), Role.OFFICE, **told)
        stop_teaching(institution.programmes["plg-leergang"].editions["2026"],
                      person_with(institution, "pieter@noord.test"), notify=registry.notify,
                      **told)  # fmt: skip
    assert pieter.ask("GET", edition).status_int == olga.ask("GET", edition).status_int == 404


@pytest.mark.promise("D4")
def test_a_session_that_was_there_before_is_never_the_one_of_who_signed_in(
    registry: Any, asker: Any
) -> None:
    """Neither one that an attacker made up, nor one of the attacker's own."""
    for planted in ("made-up", asker("bram").cookies["lms"]):
        one, attacker = asker(), asker()
        one.cookies["lms"] = attacker.cookies["lms"] = planted
        before = one.cookies["lms-csrf"]
        assert sign_in(one) == 303
        assert one.cookies["lms"] != planted and one.cookies["lms-csrf"] != before
        assert is_in(one) and not is_in(attacker)
    for kind in ("sign_in", "invitation"):
        one = asker()
        one.cookies["lms"] = "made-up"
        press(one, link_for(registry, kind), sign_in="", choose="", password=NEW)
        assert is_in(one) and one.cookies["lms"] != "made-up"


@pytest.mark.promise("D4")
def test_a_session_ends_two_hours_after_its_last_use_and_twelve_after_its_begin(
    registry: Any, figure: Any
) -> None:
    side, second, at = registry.side, timedelta(seconds=1), datetime.now(UTC)
    token = side.begin_session("noord", "anna", at, method="password")
    assert side.session("noord", token, at + IDLE_LIMIT) is None
    assert side.session("noord", token, at + IDLE_LIMIT - second) is not None
    last = at
    while at + ABSOLUTE_LIMIT - last > IDLE_LIMIT:
        last += IDLE_LIMIT - second
        assert side.session("noord", token, last) is not None
    assert side.session("noord", token, at + ABSOLUTE_LIMIT - second) is not None
    assert side.session("noord", token, at + ABSOLUTE_LIMIT) is None
    figure("idle limit", IDLE_LIMIT.total_seconds() / 3600, "hours", at_most=2)
    figure("absolute limit", ABSOLUTE_LIMIT.total_seconds() / 3600, "hours", at_most=12)


def _end(path: Any, person: str) -> None:
    SideStore(path).end_sessions("noord", person)


@pytest.mark.promise("D4")
def test_what_another_process_ends_is_ended_here(registry: Any, asker: Any) -> None:
    anna = asker("anna")
    assert is_in(anna)
    with changing(registry) as institution:
        person = institution.emails["anna@noord.test"]
    spawned = multiprocessing.get_context("spawn").Process(
        target=_end, args=(registry.lms.side, person)
    )
    spawned.start()
    spawned.join()
    assert spawned.exitcode == 0 and not is_in(anna)


def rows(page: Any) -> list[str]:
    return re.findall("<tr><th scope=.row.>.*?</tr>", page.text, re.DOTALL)


@pytest.mark.promise("D4")
def test_everybody_sees_their_own_sessions_and_ends_one_or_all_others(
    browse: Any, asker: Any, registry: Any
) -> None:
    here, phone, third = browse(), asker(), asker()
    form = here.get("/sign-in", headers={"User-Agent": FIREFOX}).forms["form"]
    form["email"], form["password"] = "anna@noord.test", PASSWORD
    form.submit("sign_in", headers={"User-Agent": FIREFOX})
    assert sign_in(phone, agent=PHONE) == sign_in(third, agent="") == sign_in(asker(), "bram")
    page = here.get("/profile").click(href="/sessions")
    assert ["dit apparaat" in row for row in rows(page)] == [True, False, False]
    assert "Firefox, Linux" in rows(page)[0] and "met een wachtwoord" in rows(page)[0]
    assert "Onbekend apparaat" in rows(page)[1] and "Safari, iPhone" in rows(page)[2]
    ends = [form for form in page.forms.values() if form.action == "/end-session"]
    after = ends[1].submit().follow()
    assert "Dat apparaat is uitgelogd." in after and len(rows(after)) == 2
    assert not is_in(phone) and is_in(third)
    all_others = next(form for form in after.forms.values() if form.action == "/end-sessions")
    assert len(rows(all_others.submit().follow())) == 1
    assert not is_in(third) and here.get("/profile").status_int == 200


@pytest.mark.promise("D4")
def test_nobody_ends_the_session_of_somebody_else(asker: Any, registry: Any) -> None:
    anna, bram = asker("anna"), asker("bram")
    with changing(registry) as institution:
        person = institution.emails["anna@noord.test"]
    (session,) = registry.side.sessions("noord", person)
    for name in (session.id, "", "x" * 5000):
        press(bram, "/end-session", session=name)
    assert is_in(anna) and is_in(bram)


@pytest.mark.promise("D4")
def test_the_office_blocks_nobody_who_runs_the_institution_and_nobody_themselves(
    asker: Any, registry: Any, browse: Any
) -> None:
    with changing(registry) as institution:
        ids = {who: institution.emails[f"{who}@noord.test"] for who in ("anna", "ada", "olga")}
    olga, ada = asker("olga"), asker("ada")
    for one, whom in ((olga, "ada"), (ada, "ada"), (olga, "olga")):
        for verb in ("block", "unblock"):
            refused = one.ask("POST", f"/people/{ids[whom]}/access", {"why": "x", verb: ""})
            assert refused.status_int == 422, (whom, verb)
    assert is_in(ada) and is_in(olga)
    press(olga, f"/people/{ids['anna']}/access", why="kwijt", block="")
    page = browse("ada").get(f"/people/{ids['anna']}/access")
    assert "geblokkeerd" in page and "geen apparaat" in page
    assert sign_in(asker()) == 422
    press(olga, f"/people/{ids['anna']}/access", why="terug", unblock="")
    assert sign_in(asker()) == 303
    assert "Blokkeerde een account" in browse("ada").get("/audit")


def test_every_page_offers_signing_out(browse: Any) -> None:
    for who, path in (("anna", "/week"), ("pieter", "/queue"), ("olga", "/editions")):
        browser = browse(who)
        forms = browser.get(path).forms.values()
        next(form for form in forms if form.action == "/sign-out").submit()
        assert browser.get(path).location.startswith("http://noord.test/sign-in")
    assert "/sign-out" not in browse().get("/sign-in")
