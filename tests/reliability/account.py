"""What must be there, kept by a machine that knows the rules of handing in in its own words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

LATE_DAYS = 7
ZONE = ZoneInfo("Europe/Amsterdam")


@dataclass
class Given:
    """What one teacher wrote about one version."""

    begun: bool = False
    state: str = "draft"
    note: str = ""
    decision: str = ""
    until: str = ""
    remarks: int = 0


@dataclass
class Version:
    """One version as it was when it was handed in, with what happened to it since."""

    id: str
    number: int
    at: datetime
    answers: dict[str, Any]
    files: tuple[str, ...]
    receipt: dict[str, Any]
    verdict: tuple[str, int]
    state: str = "submitted"
    outcome: str = ""
    given: dict[int, Given] = field(default_factory=dict)

    @classmethod
    def of(cls, made: Any) -> Version:
        return cls(made.id, made.number, made.at, made.answers, made.files, made.receipt,
                   made.verdict)  # fmt: skip

    def by(self, who: int) -> Given:
        return self.given.get(who, Given())

    def write(self, who: int, note: str, decision: str | None, until: str) -> None:
        """What is written anew makes what was ready a draft again; what says nothing is nothing."""
        before = self.by(who)
        after = replace(before, note=note)
        if decision is not None:
            after.decision, after.until = decision, until
        after.begun = before.begun or bool(note) or decision is not None
        if after != before:
            after.state = "draft"
        self.given[who] = after

    def remark(self, who: int) -> None:
        given = self.given.setdefault(who, Given())
        given.begun, given.remarks = True, given.remarks + 1

    def may(self, verb: str, who: int, now: datetime) -> bool:
        given = self.by(who)
        if verb == "reopen":
            return given.state != "released"
        settled = bool(self.outcome)
        if given.state == "released":
            return True
        passed = given.decision == "returned" and datetime.fromisoformat(given.until) <= now
        whole = bool(given.decision) and not passed
        if verb == "ready":
            return whole and not (given.decision == "returned" and settled)
        return whole and given.state == "ready" and not settled


class Account:
    """The account of one piece of work.

    evening  until when it is on time by the rule of the assignment; None: always
    given    other dates it got, oldest first
    sent     (key of the form, number of the version, draft, files) of all that was handed in
    """

    def __init__(self, evening: datetime | None) -> None:
        self.evening = evening
        self.given: list[datetime] = []
        self.draft: dict[str, Any] = {}
        self.serials: dict[str, int] = {}
        self.files: dict[str, bytes] = {}
        self.chosen: list[str] = []
        self.versions: list[Version] = []
        self.sent: list[tuple[str, int, dict[str, Any], list[str]]] = []

    @property
    def last(self) -> Version | None:
        return next((v for v in reversed(self.versions) if v.state != "withdrawn"), None)

    @property
    def open(self) -> bool:
        return self.last is None or self.last.outcome == "returned"

    def write(self, part: str, value: Any) -> None:
        if value is not None and self.draft.get(part) != value:
            self.draft[part] = value
            self.serials[part] = self.serials.get(part, 0) + 1

    def moment(self, now: datetime) -> datetime:
        """What a version says: never before what an earlier one says."""
        return max([now, *(version.at for version in self.versions)])

    def verdict(self, at: datetime) -> str:
        until = self.given[-1] if self.given else self.evening
        if until is None or at < until + timedelta(minutes=1):
            return "on_time"
        day = until.astimezone(ZONE).date() + timedelta(days=LATE_DAYS + 1)
        closes = datetime.combine(day, time(), ZONE).astimezone(UTC)
        return "late" if at < closes else "closed"

    def may_hand_in(self, at: datetime) -> bool:
        something = self.chosen or any(value.get("blocks") for value in self.draft.values())
        return bool(self.open and something and self.verdict(at) != "closed")

    def handed_in(self, version: Version, key: str, now: datetime) -> None:
        assert version.at == self.moment(now) and version.verdict[0] == self.verdict(now)
        assert version.number == len(self.versions) + 1
        assert version.answers == self.draft and list(version.files) == self.chosen
        self.versions.append(version)
        self.sent.append((key, version.number, dict(self.draft), list(self.chosen)))

    def may_take_back(self, number: int, now: datetime) -> bool:
        version = self.versions[number - 1]
        begun = any(given.begun for given in version.given.values())
        return (version is self.last and not begun and not version.outcome
                and self.verdict(now) != "closed")  # fmt: skip

    def went_on(self, number: int, who: int, verb: str) -> None:
        version = self.versions[number - 1]
        given = version.given[who]
        if given.state == "released":
            return
        given.state = {"ready": "ready", "reopen": "draft", "release": "released"}[verb]
        if verb == "release" or (verb == "ready" and given.decision == "returned"):
            given.state, version.outcome = "released", given.decision
            if given.decision == "returned":
                self.given.append(datetime.fromisoformat(given.until))
