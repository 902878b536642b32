"""A meeting is moved with a reason; the earlier date stays to be seen and work moves with it."""

from datetime import timedelta
from typing import Any

import pytest

from lms_leiderschap.meeting.actions import plan_meeting

EDITION = "/programmes/plg-leergang/editions/2026/"
SECOND = "kwaliteitszorg.ikk-doelen-beschrijven"


@pytest.fixture
def olga(browse: Any) -> Any:
    return browse("olga")


def fill(form: Any, date: str = "2031-03-12", starts: str = "09.30", ends: str = "16:30") -> Any:
    form["date"], form["starts"], form["ends"] = date, starts, ends
    form["place"], form["why"] = "Breda", "zaal bezet"
    return form


def test_the_dates_are_listed_with_the_work_that_hangs_on_them(olga: Any) -> None:
    rows = olga.get(EDITION + "dates").html.select("tbody tr")
    assert len(rows) == 4 and "Zwolle" in rows[0].text and "opdrachten: 3" in rows[0].text


def test_a_moved_meeting_shows_the_earlier_date_and_the_reason(olga: Any, browse: Any) -> None:
    page = olga.get(EDITION + "dates").click(href="/move", index=3)
    assert "Opdrachten die aan deze datum hangen: 3." in page
    form = fill(page.forms["form"])
    page = form.submit("move").follow()
    row = page.html.select("tbody tr")[3]
    assert "wo 12-03-2031, 09.30–16.30, Breda" in row.text and "zaal bezet" in row.text
    assert row.s is not None and row.s.text.startswith("was")
    assert form.submit("move").follow().html.select("tbody tr")[3].text == row.text
    assert "zaal bezet" in browse("ada").get("/audit?verb=meeting.moved")


def test_what_is_due_moves_with_the_meeting(olga: Any, browse: Any) -> None:
    fill(olga.get(EDITION + "dates").click(href="/move", index=2).forms["form"]).submit("move")
    page = olga.get(browse("anna").home + "/manage")
    row = next(row for row in page.html.select("tbody tr") if SECOND in str(row))
    assert "di 11-03, 23.59" in row.text


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("date", {"date": "32-01-2031"}),
        ("starts", {"starts": "25.00"}),
        ("ends", {"ends": "09.00"}),
        ("ends", {"ends": "09.30"}),
        ("starts", {"date": "2031-03-30", "starts": "02.30"}),  # the clock goes forward
        ("starts", {"date": "2031-10-26", "starts": "02.30"}),  # and back
    ],
)
def test_wrong_dates_and_times_are_refused_at_their_field(
    olga: Any, field: str, wrong: dict[str, str]
) -> None:
    page = olga.get(EDITION + "dates").click(href="/move", index=0)
    page = fill(page.forms["form"], **wrong).submit("move", status=422)
    control = page.html.select_one(f"[name={field}]")
    assert control["aria-invalid"] == "true"
    assert page.forms["form"]["place"].value == "Breda"


def test_a_participant_goes_to_another_meeting_of_a_module(
    olga: Any, browse: Any, registry: Any, now: Any
) -> None:
    home = browse("anna").home
    olga.get(home + "/choose-meeting", status=404)

    def plan(institution: Any) -> None:
        edition = institution.programmes["plg-leergang"].editions["2026"]
        plan_meeting(edition, 9, "hrm", now + timedelta(days=20), None, "Breda", by="x", at=now)

    registry.jobs.within(registry.lms.institutions[0], plan)
    form = olga.get(home + "/manage").click(href="choose-meeting").forms["form"]
    values = form["hrm"].options
    form["hrm"] = values[1][0]
    page = form.submit("choose").follow()
    assert "De keuze is bewaard." in page
    assert olga.get(home + "/choose-meeting").forms["form"]["hrm"].value == values[1][0]
    form["hrm"].force_value("nowhere")
    form.submit("choose", status=422)


@pytest.mark.parametrize("who", ["anna", "pieter"])
def test_participants_and_teachers_find_none_of_these_pages(
    olga: Any, browse: Any, who: str
) -> None:
    move = olga.get(EDITION + "dates").html.select("tbody a")[0]["href"]
    for url in (EDITION + "dates", move, browse("anna").home + "/choose-meeting"):
        browse(who).get(url, status=404)
