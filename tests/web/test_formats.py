"""Dates, times and amounts as they stand on the screen."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from lms_leiderschap.errors import Refusal
from lms_leiderschap.web.formats import Formats, parse_local

ZONE = ZoneInfo("Europe/Amsterdam")
NL = Formats(ZONE, "nl_je")
EN = Formats(ZONE, "en")
DUE = datetime(2026, 11, 27, 22, 59, tzinfo=UTC)  # 23.59 in Amsterdam
SENT = datetime(2026, 11, 26, 20, 14, tzinfo=UTC)


def test_dates_and_times_are_written_as_in_the_netherlands() -> None:
    assert NL.date(date(2026, 11, 27)) == "27-11-2026"
    assert NL.day(date(2026, 11, 27)) == "vr 27-11"
    assert NL.time(DUE) == "23.59"
    assert NL.moment(DUE) == "vr 27-11, 23.59"
    assert NL.full(SENT) == "do 26-11-2026 om 21.14"
    assert NL.with_zone(DUE) == "27-11-2026 23.59 CET (Europe/Amsterdam)"
    assert NL.with_zone(datetime(2026, 7, 1, tzinfo=UTC)) == (
        "01-07-2026 02.00 CEST (Europe/Amsterdam)"
    )


def test_a_moment_late_in_the_evening_falls_on_the_local_day() -> None:
    assert NL.date(datetime(2026, 11, 26, 23, 30, tzinfo=UTC)) == "27-11-2026"


def test_english_has_other_words_only() -> None:
    assert EN.moment(DUE) == "Fri 27-11, 23.59"
    assert EN.full(SENT) == "Thu 26-11-2026 at 21.14"
    assert EN.week(date(2026, 11, 27)) == "week 48, 23 to 29 November"
    assert (EN.number(1240), EN.number(8.5)) == ("1,240", "8.5")
    assert EN.left(DUE, SENT) == "1 day left"
    assert EN.late(SENT, DUE) == "1 day late"


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (datetime(2026, 11, 20, 12, tzinfo=UTC), ""),
        (datetime(2026, 11, 21, 12, tzinfo=UTC), "nog 6 dagen"),
        (datetime(2026, 11, 25, 12, tzinfo=UTC), "nog 2 dagen"),
        (SENT, "nog 1 dag"),
        (datetime(2026, 11, 27, 22, 58, tzinfo=UTC), "vandaag"),
        (datetime(2026, 11, 27, 23, 0, tzinfo=UTC), ""),
    ],
)
def test_relative_words_are_used_under_seven_days(now: datetime, words: str) -> None:
    assert NL.left(DUE, now) == words


def test_late_counts_days_on_the_calendar() -> None:
    assert NL.late(DUE, datetime(2026, 11, 29, 9, tzinfo=UTC)) == "te laat, 2 dagen"
    assert NL.late(DUE, datetime(2026, 11, 27, 23, 5, tzinfo=UTC)) == "te laat, 1 dag"
    assert NL.late(SENT, datetime(2026, 11, 26, 21, tzinfo=UTC)) == "te laat"
    assert NL.late(DUE, DUE) == ""


def test_a_week_has_its_number_and_its_days() -> None:
    assert NL.week(date(2026, 11, 27)) == "week 48, 23 t/m 29 november"
    assert NL.week(date(2026, 12, 31)) == "week 53, 28 december t/m 3 januari"


def test_amounts_have_a_point_for_thousands_and_a_comma_for_decimals() -> None:
    assert (NL.number(1240), NL.number(999), NL.number(8.5)) == ("1.240", "999", "8,5")
    sizes = [NL.size(n) for n in (12, 214_400, 999_499, 999_999, 25_000_000)]
    assert sizes == ["12 B", "214 kB", "999 kB", "1,0 MB", "25,0 MB"]


def test_people_are_greeted_by_the_local_hour() -> None:
    hours = [datetime(2026, 11, 26, hour, tzinfo=UTC) for hour in (8, 11, 17)]
    assert [NL.greeting(at) for at in hours] == ["Goedemorgen", "Goedemiddag", "Goedenavond"]


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        NL.moment(datetime(2026, 11, 27, 12, 0))


def test_a_typed_time_becomes_a_moment() -> None:
    assert parse_local(date(2026, 11, 27), time(23, 59), ZONE) == DUE
    assert parse_local(date(2026, 7, 1), time(12), ZONE) == datetime(2026, 7, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "at", "why"),
    [
        (date(2026, 3, 29), time(2, 30), "skips"),
        (date(2026, 10, 25), time(2, 30), "twice"),
    ],
)
def test_a_time_the_clock_skips_or_shows_twice_is_refused(day: date, at: time, why: str) -> None:
    with pytest.raises(Refusal, match=why) as refused:
        parse_local(day, at, ZONE, "begins")
    assert refused.value.field == "begins"
