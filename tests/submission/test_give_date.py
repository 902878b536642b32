"""One participant gets more time: the first date stays to be seen, the reason is read by them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

KEY = "hrm.ink-met-medewerkers"


@pytest.fixture
def page(browse: Any) -> Any:
    return browse("olga").get(f"{browse('anna').home}/work/{KEY}/give-date")


def test_a_date_is_given_once_and_the_first_one_is_struck_through(
    page: Any, browse: Any, now: datetime
) -> None:
    day = (now + timedelta(days=20)).strftime("%d-%m-%Y")
    form = page.forms["form"]
    assert form["time"].value == "23:59"
    form["until"], form["reason"] = day, "Ziekte in het team."
    manage = form.submit("give").follow()
    form.submit("give")
    row = next(row for row in manage.html.select("tbody tr") if KEY in str(row))
    assert row.s is not None and f"{day[:5]}, 23.59" in row.time.text
    again = browse("olga").get(f"{browse('anna').home}/work/{KEY}/give-date")
    assert len(again.html.select(".rows li")) == 1 and "Ziekte in het team." in again
    assert again.html.s is not None
    log = browse("ada").get("/audit?verb=work.date_given")
    assert "Ziekte" not in log, "a reason is often about health: it stays with the work"


@pytest.mark.parametrize(
    ("until", "time", "field"),
    [
        ("", "23.59", "until"),
        ("27-11-2001", "23.59", "until"),
        ("31-02-2031", "23.59", "until"),
        ("30-03-2031", "02.30", "time"),
        ("26-10-2031", "02.30", "time"),
        ("01-01-2031", "", "time"),
    ],
)
def test_a_wrong_date_is_refused_at_its_field(page: Any, until: str, time: str, field: str) -> None:
    form = page.forms["form"]
    form["until"], form["time"], form["reason"] = until, time, "Omdat."
    refused = form.submit("give", status=422)
    assert refused.html.select_one(f"[name={field}]")["aria-invalid"] == "true"
    assert refused.forms["form"]["reason"].value == "Omdat."


def test_the_reason_is_asked_for(page: Any) -> None:
    form = page.forms["form"]
    form["until"] = "01-01-2031"
    assert "Schrijf in één of twee zinnen waarom." in form.submit("give", status=422)


@pytest.mark.parametrize("who", ["anna", "bram", "pieter"])
def test_only_the_office_gives_dates(browse: Any, who: str) -> None:
    browse(who).get(f"{browse('anna').home}/work/{KEY}/give-date", status=404)
