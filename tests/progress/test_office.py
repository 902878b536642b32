"""What the office sees: who and what asks for attention, and never what somebody wrote."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest

from lms_leiderschap.enrolment.actions import invite
from lms_leiderschap.feedback.actions import begin
from lms_leiderschap.feedback.queue import place_row
from lms_leiderschap.progress import attention as board
from lms_leiderschap.progress.attention import attention
from lms_leiderschap.progress.standing import Dates, in_words
from lms_leiderschap.progress.views.overdue import late_in
from lms_leiderschap.submission.actions import give_date, submit
from lms_leiderschap.submission.blocks import blocks_from_text
from lms_leiderschap.submission.rows import rows_of

EDITION = "/programmes/plg-leergang/editions/2026/"
FIRST, SECRET = "hrm.ink-met-medewerkers", "Geheime zin over de bovenbouw."
LATER = timedelta(days=60)


def hand_in(enrolment: Any, notify: Any, at: datetime) -> Any:
    work = enrolment.work[FIRST]
    part = work.report.parts[0].key
    return submit(
        work,
        {part: ({"blocks": blocks_from_text(SECRET)}, 0)},
        key="k",
        at=at,
        without=[item.key for item in work.report.parts],
        by=enrolment.person_id,
        notify=notify,
    )


def test_nothing_is_overdue_before_its_date(tree: Any, edition: Any, now: datetime) -> None:
    assert attention(tree, now - LATER).concerns == []
    assert late_in(edition, now - LATER) == []


def test_what_is_past_its_date_and_not_handed_in_is_named(
    tree: Any, edition: Any, enrolment: Any, registry: Any, now: datetime
) -> None:
    at = now + timedelta(days=11)
    assert {late.holder.title for late in late_in(edition, at) if late.key == FIRST} == {
        "Anna de Wit",
        "Bram Peeters",
    }
    hand_in(enrolment, registry.notify, now)
    assert {late.holder.title for late in late_in(edition, at) if late.key == FIRST} == {
        "Bram Peeters"
    }
    (concern,) = [item for item in attention(tree, at).concerns if item.reason == "overdue"]
    assert concern.edition is edition and "Bram Peeters" in concern.names


def test_another_date_takes_somebody_off_the_list(
    edition: Any, enrolment: Any, registry: Any, now: datetime
) -> None:
    at = now + timedelta(days=11)
    give_date(
        enrolment.work[FIRST],
        at + timedelta(days=1),
        "ziek",
        by="x",
        at=now,
        notify=registry.notify,
    )
    assert enrolment not in [late.holder for late in late_in(edition, at) if late.key == FIRST]


def test_a_preparation_is_never_overdue(edition: Any, now: datetime) -> None:
    assert not [late for late in late_in(edition, now + LATER * 3) if "literatuur" in late.key]


def test_feedback_is_late_once_its_promise_has_passed_and_names_who_began(
    tree: Any, edition: Any, enrolment: Any, people: Any, registry: Any, now: datetime
) -> None:
    submission = hand_in(enrolment, registry.notify, now)
    assert not list(board.broken_promises(edition, now))
    begin(submission, people["pieter"].__name__, at=now)
    place_row(submission)
    (row,) = board.broken_promises(edition, submission.promised + timedelta(minutes=1))
    assert row["who"] == "Anna de Wit" and row["by"] == people["pieter"].__name__
    reasons = {item.reason for item in attention(tree, now + LATER).concerns}
    assert reasons == {"feedback", "overdue"}


def test_an_invitation_that_was_not_used_is_named(
    tree: Any, edition: Any, registry: Any, now: datetime
) -> None:
    invite(edition, "nina@x.nl", "Nina", "Vos", by="x", at=now, notify=registry.notify)
    (concern,) = [item for item in attention(tree, now).concerns if item.reason == "invitation"]
    assert concern.names == ["Nina Vos"] and concern.since == now


def test_a_large_institution_is_not_looked_at_whole_and_the_page_says_so(
    tree: Any, browse: Any, now: datetime, monkeypatch: Any
) -> None:
    monkeypatch.setattr(board, "MOST_LOOKED_AT", 1)
    assert attention(tree, now).cut
    assert "Niet alle deelnemers zijn hier bekeken." in browse("olga").get("/editions")


def test_the_state_of_work_is_said_in_words(
    edition: Any, enrolment: Any, registry: Any, now: datetime
) -> None:
    hand_in(enrolment, registry.notify, now)
    words = [word.interpolate() for word in in_words(Dates(edition), rows_of(enrolment))]
    assert words[0] == "1 waiting for feedback" and words[-1].endswith("not handed in yet")


def test_the_board_lists_every_edition_with_its_numbers(browse: Any) -> None:
    page = browse("olga").get("/editions")
    row = page.html.select("section:last-of-type tbody tr")[0]
    for word in ("Najaar 2026", "loopt", "2", "Marieke, Pieter"):
        assert word in row.text
    assert "/roles" not in page and "/roles" in browse("ada").get("/editions")


def test_participants_are_found_by_name_and_address(browse: Any) -> None:
    olga = browse("olga")
    for query, names in (
        ("WIT", ["Anna"]),
        ("bram@noord", ["Bram"]),
        ("zz", []),
        ("", ["Bram", "Anna"]),
    ):
        rows = olga.get(EDITION + "people", {"q": query}).html.select("tbody tr th")
        assert [row.text.split()[0] for row in rows] == names


def test_participants_come_fifty_to_a_page(browse: Any, registry: Any, now: datetime) -> None:
    def act(institution: Any) -> None:
        edition = institution.programmes["plg-leergang"].editions["2026"]
        for number in range(60):
            invite(
                edition,
                f"p{number}@x.nl",
                f"P{number}",
                "Extra",
                by="x",
                at=now,
                notify=lambda _event: None,
            )

    registry.jobs.within(registry.lms.institutions[0], act)
    olga = browse("olga")
    for page, rows in (("1", 50), ("2", 12), ("9", 12), ("x", 50), ("-1", 50), ("²", 50)):
        found = olga.get(EDITION + "people", {"page": page}).html
        assert len(found.select("tbody tr")) == rows and len(found.select(".pages a")) == 2
    invited = olga.get(EDITION + "people?only=invited")
    assert "Gevonden: 60 van 62." in invited


def test_an_invitation_is_sent_again_with_one_press(
    browse: Any, registry: Any, now: datetime
) -> None:
    olga = browse("olga")
    form = olga.get(EDITION + "add").forms["form"]
    form["email"], form["given_name"] = "nina@x.nl", "Nina"
    page = form.submit("add").follow().click(href="manage")
    assert "De uitnodiging is onderweg." in page.forms[0].submit().follow()
    assert "Stuurde de uitnodiging opnieuw" in browse("ada").get("/audit")


def test_the_office_sees_states_and_dates_but_nothing_of_the_content(
    browse: Any, registry: Any, now: datetime
) -> None:
    home = browse("anna").home

    def act(institution: Any) -> None:
        at: Any = institution
        for name in home.strip("/").split("/"):
            at = at[name]
        hand_in(at, registry.notify, now)

    registry.jobs.within(registry.lms.institutions[0], act)
    olga = browse("olga")
    for url in (home + "/manage", EDITION + "people", EDITION + "overdue", "/editions"):
        assert SECRET not in olga.get(url)
    assert "wacht op feedback" in olga.get(home + "/manage")
    olga.get(f"{home}/work/{FIRST}", status=404)
    olga.get(f"{home}/work/{FIRST}/versions/1", status=404)


@pytest.mark.parametrize("who", ["anna", "pieter"])
def test_participants_and_teachers_find_none_of_these_pages(browse: Any, who: str) -> None:
    home = browse("anna").home
    for url in ("/editions", EDITION + "people", EDITION + "overdue", home + "/manage"):
        browse(who).get(url, status=404)


@pytest.mark.promise("C7")
def test_the_office_saves_everybody_as_a_table(browse: Any, registry: Any) -> None:
    def rename(institution: Any) -> None:
        person = institution.people[institution.emails["anna@noord.test"]]
        person.given_name = "=HYPERLINK(1)"

    registry.jobs.within(registry.lms.institutions[0], rename)
    page = browse("olga").get(f"{EDITION}people")
    answer = page.click("als tabel")
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.content_type == "text/csv"
    heads, *rows = csv.reader(io.StringIO(answer.body.decode("utf-8-sig")), delimiter=";")
    assert heads == ["Naam", "E-mailadres", "Werk"]
    assert [row[:2] for row in rows if "anna" in row[1]] == [
        ["'=HYPERLINK(1) de Wit", "anna@noord.test"]]  # fmt: skip
    assert len(rows) == 2 and all(not row[0].startswith("=") for row in rows)
