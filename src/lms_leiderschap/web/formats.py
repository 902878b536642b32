"""Dates, times and amounts as people read them; and the time a person typed, as a moment.

Dutch writes 27-11-2026 and 23.59 and so does the English of these screens: only the words differ.
Relative words are used under seven days only.
"""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from lms_leiderschap.errors import Refusal
from lms_leiderschap.texts import _

RELATIVE_DAYS = 7
NOON, EVENING = 12, 18

_WORDS: dict[str, dict[str, Any]] = {
    "nl": {
        "days": ("ma", "di", "wo", "do", "vr", "za", "zo"),
        "months": ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus",
                   "september", "oktober", "november", "december"),
        "full": "{day} {short} om {time}",
        "day": "dag", "days_of": "dagen",
        "left": "nog {n} {days}", "today": "vandaag", "late": "te laat, {n} {days}",
        "late_today": "te laat", "week": "week {n}, {days}", "until": "t/m",
        "greetings": ("Goedemorgen", "Goedemiddag", "Goedenavond"),
        "thousands": ".", "decimal": ",",
    },
    "en": {
        "days": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        "months": ("January", "February", "March", "April", "May", "June", "July", "August",
                   "September", "October", "November", "December"),
        "full": "{day} {short} at {time}",
        "day": "day", "days_of": "days",
        "left": "{n} {days} left", "today": "today", "late": "{n} {days} late",
        "late_today": "late", "week": "week {n}, {days}", "until": "to",
        "greetings": ("Good morning", "Good afternoon", "Good evening"),
        "thousands": ",", "decimal": ".",
    },
}  # fmt: skip


class Formats:
    """The formats of one person's screen.

    zone      the zone of the institution
    language  "nl" (also nl_je, nl_BE) or "en"

    Every datetime must be aware; a naive one raises ValueError.
    """

    def __init__(self, zone: ZoneInfo, language: str) -> None:
        self.zone = zone
        self._words = _WORDS.get(language.partition("_")[0].lower(), _WORDS["nl"])

    def local(self, moment: dt.datetime) -> dt.datetime:
        """The same moment on the clock of the institution."""
        if moment.tzinfo is None:
            raise ValueError("a datetime without a zone is no moment")
        return moment.astimezone(self.zone)

    def _day_of(self, value: dt.date) -> dt.date:
        return self.local(value).date() if isinstance(value, dt.datetime) else value

    def date(self, value: dt.date) -> str:
        """27-11-2026"""
        day = self._day_of(value)
        return f"{day.day:02}-{day.month:02}-{day.year}"

    def day(self, value: dt.date) -> str:
        """vr 27-11"""
        day = self._day_of(value)
        return f"{self._words['days'][day.weekday()]} {day.day:02}-{day.month:02}"

    def time(self, value: dt.datetime) -> str:
        """23.59"""
        local = self.local(value)
        return f"{local.hour:02}.{local.minute:02}"

    def moment(self, value: dt.datetime) -> str:
        """vr 27-11, 23.59"""
        return f"{self.day(value)}, {self.time(value)}"

    def full(self, value: dt.datetime) -> str:
        """do 26-11-2026 om 21.14"""
        weekday = self._words["days"][self._day_of(value).weekday()]
        pattern: str = self._words["full"]
        return pattern.format(day=weekday, short=self.date(value), time=self.time(value))

    def with_zone(self, value: dt.datetime) -> str:
        """26-11-2026 23.59 CET (Europe/Amsterdam)"""
        name = self.local(value).tzname()
        return f"{self.date(value)} {self.time(value)} {name} ({self.zone.key})"

    def left(self, until: dt.datetime, now: dt.datetime) -> str:
        """How long there is still: nog 2 dagen, vandaag; empty when past or further off."""
        days = (self._day_of(until) - self._day_of(now)).days
        if until < now or days >= RELATIVE_DAYS:
            return ""
        return self._words["today"] if days == 0 else self._counted("left", days)

    def late(self, until: dt.datetime, at: dt.datetime) -> str:
        """By how many days something came too late: te laat, 2 dagen; empty when it was in time."""
        if at <= until:
            return ""
        days = (self._day_of(at) - self._day_of(until)).days
        return self._words["late_today"] if days == 0 else self._counted("late", days)

    def _counted(self, pattern: str, n: int) -> str:
        days = self._words["day"] if n == 1 else self._words["days_of"]
        sentence: str = self._words[pattern]
        return sentence.format(n=n, days=days)

    def week(self, value: dt.date) -> str:
        """week 48, 23 t/m 29 november"""
        day = self._day_of(value)
        first = day - dt.timedelta(days=day.weekday())
        last = first + dt.timedelta(days=6)
        months = self._words["months"]
        start = str(first.day)
        if first.month != last.month:
            start += f" {months[first.month - 1]}"
        days = f"{start} {self._words['until']} {last.day} {months[last.month - 1]}"
        pattern: str = self._words["week"]
        return pattern.format(n=day.isocalendar().week, days=days)

    def number(self, value: float, decimals: int = 1) -> str:
        """1.240; a fraction keeps one decimal, or as many as asked: 8,5"""
        text = f"{value:,}" if isinstance(value, int) else f"{value:,.{decimals}f}"
        swap = {",": self._words["thousands"], ".": self._words["decimal"]}
        return "".join(swap.get(sign, sign) for sign in text)

    def size(self, octets: int) -> str:
        """214 kB, 1,2 MB; powers of ten"""
        if octets < 1000:
            return f"{octets} B"
        if octets < 999_500:
            return f"{round(octets / 1000)} kB"
        return f"{self.number(octets / 1_000_000)} MB"

    def greeting(self, now: dt.datetime) -> str:
        """Goedemorgen, Goedemiddag, Goedenavond"""
        hour = self.local(now).hour
        morning, afternoon, evening = self._words["greetings"]
        if hour < NOON:
            return str(morning)
        return str(afternoon if hour < EVENING else evening)


def parse_local(day: dt.date, at: dt.time, zone: ZoneInfo, field: str | None = None) -> dt.datetime:
    """The aware UTC moment of a clock time somewhere.

    Raises Refusal (at `field`) where the clock skips that time or shows it twice.
    """
    first = dt.datetime.combine(day, at, zone)
    second = first.replace(fold=1)
    moment = first.astimezone(dt.UTC)
    if moment.astimezone(zone).replace(fold=0) != first.replace(fold=0):
        raise Refusal(_("The clock skips this time on that day. Choose another time."), field)
    if moment != second.astimezone(dt.UTC):
        raise Refusal(_("The clock shows this time twice that day. Choose another time."), field)
    return moment
