"""Two institutions in which something of everything happened, with somebody in every role.

Whatever is written in one of them carries the word of that institution, so that it can be
searched for in what is sent to the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, NamedTuple

import transaction

from lms_leiderschap.addon.actions import switch_on
from lms_leiderschap.addon.receiving import checked_folder, receive_folder
from lms_leiderschap.enrolment.actions import enrol, let_teach
from lms_leiderschap.feedback.actions import add_remark, keep_feedback, make_ready, release
from lms_leiderschap.group.actions import form_group
from lms_leiderschap.institution.actions import SYSTEM
from lms_leiderschap.meeting.actions import plan_meeting
from lms_leiderschap.people.actions import give_role, register
from lms_leiderschap.permissions import Role
from lms_leiderschap.programme.actions import open_edition
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.store.folder import path_of
from lms_leiderschap.store.root import institution_in
from lms_leiderschap.submission.actions import attach, prepare_work, submit
from lms_leiderschap.submission.blocks import blocks_from_text
from tests.addon.zips import bundle

WORDS = {"noord": "Kwartelnest", "zuid": "Zandloper"}
DAY = timedelta(days=1)
WORK = "hrm.ink-met-medewerkers"
# Who there is, beside those of tests/conftest.py: a member of Anna's group, a participant and a
# teacher of another edition, and an administrator who was blocked.
MORE = ("gijs", "cora", "theo", "boris")
PEOPLE = ("anna", "bram", "gijs", "cora", "pieter", "theo", "olga", "ada", "boris")


class Place(NamedTuple):
    """An address, the class that is found there, and whose it is: a key of the tables of who may.


    """

    path: str
    kind: type
    whose: str


@contextmanager
def changing(registry: Any, key: str = "noord") -> Iterator[Any]:
    """The institution in a transaction that is kept."""
    entry = next(entry for entry in registry.lms.institutions if entry.key == key)
    manager = transaction.TransactionManager(explicit=True)
    connection = registry.databases.connect(entry, manager)
    try:
        with manager:
            yield institution_in(connection)
    finally:
        connection.close()


def furnish(registry: Any, key: str, now: datetime) -> dict[str, Place]:
    """Let something of everything happen in one institution; its places by name."""
    with changing(registry, key) as institution:
        return {name: Place("/" + "/".join(path_of(thing)), type(thing), whose)
                for name, (thing, whose) in _Furnisher(registry, institution, now).all().items()}


class _Furnisher:
    def __init__(self, registry: Any, institution: Any, now: datetime) -> None:
        self.registry, self.institution, self.now = registry, institution, now
        self.word = WORDS[institution.key]
        self.act = {"by": SYSTEM, "at": now}
        self.told = self.act | {"notify": registry.notify}

    def person(self, who: str) -> Any:
        email = f"{who}@{self.institution.key}.test"
        return self.institution.people[self.institution.emails[email]]

    def all(self) -> dict[str, tuple[Any, str]]:
        for who in MORE:
            register(self.institution, f"{who}@{self.institution.key}.test", who.title(),
                     f"van {self.word}", **self.act)
        for who in PEOPLE:
            self.person(who).family_name = f"van {self.word}"
        self._block_boris()
        first, second = self._editions()
        found: dict[str, tuple[Any, str]] = {
            "first": (first, "first"), "second": (second, "second"),
            "day": (next(iter(first.meetings.values())), "first"),
            "day of second": (next(iter(second.meetings.values())), "second")}
        anna, cora = (self._enrolment(*pair) for pair in ((first, "anna"), (second, "cora")))
        gijs = enrol(first, self.person("gijs"), **self.told)
        group = form_group(first, f"Leerteam {self.word}", "learning_team", [anna, gijs],
                           **self.told)
        prepare_work(group, [WORK])
        found |= {"enrolment": (anna, "anna"), "enrolment of second": (cora, "cora"),
                  "group": (group, "group")}
        for holder, whose in ((anna, "anna"), (group, "group"), (cora, "cora")):
            found |= self._handed_in(holder, whose)
        found["feedback"], found["remark"] = self._told(found["version of anna"][0])
        found["person"] = (self.person("anna"), "person")
        found["addons"] = (self.institution.addons, "institution")
        found["addon"] = (self._folder(), "institution")
        self.institution.audit.seal()
        return found | {"institution": (self.institution, "institution")}

    def _block_boris(self) -> None:
        boris = self.person("boris")
        for role in (Role.ADMIN, Role.OFFICE):
            give_role(boris, role, why=self.word, **self.act)
        boris.blocked = True

    def _editions(self) -> tuple[Any, Any]:
        programme = self.institution.programmes["plg-leergang"]
        first = programme.editions["2026"]
        offer = self.registry.plugins.offer(self.institution.switched_on())
        second = open_edition(programme, "2027", f"Voorjaar {self.word}", offer, **self.told)
        second.address = "je"  # pages that speak otherwise must not betray it
        plan_meeting(second, 1, "hrm", self.now - DAY, self.now, self.word, **self.act)
        enrol(second, self.person("cora"), **self.told)
        let_teach(second, self.person("theo"), why=self.word, **self.act)
        return first, second

    def _enrolment(self, edition: Any, who: str) -> Any:
        return edition.enrolments[edition.by_person[self.person(who).__name__]]

    def _handed_in(self, holder: Any, whose: str) -> dict[str, tuple[Any, str]]:
        work, by = holder.work[WORK], self.person("anna" if whose == "group" else whose).__name__
        file = StoredFile("", "", self.now)
        file.fill(BytesIO(b"%PDF-1.4 " + self.word.encode()), self.jar)
        attach(work, file, name=f"{self.word} {whose}.pdf", media_type="application/pdf", by=by,
               at=self.now)
        blocks = blocks_from_text(f"Wat {self.word} {whose} deed.")
        version = submit(
            work, {"situation": ({"blocks": blocks}, 0)},
            key=whose, by=by, at=self.now, without=[part.key for part in work.report.parts],
            notify=self.registry.notify,
        )  # fmt: skip
        return {f"work of {whose}": (work, whose), f"version of {whose}": (version, whose),
                f"file of {whose}": (work.files[file.id], whose)}

    @property
    def jar(self) -> Any:
        return self.institution._p_jar

    def _told(self, version: Any) -> tuple[tuple[Any, str], tuple[Any, str]]:
        """Feedback that was released, and a remark in it."""
        pieter = self.person("pieter").__name__
        block = version.answers["situation"]["blocks"][0]["id"]
        anchor = {"version": version.id, "part": "situation", "block": block, "start": 0,
                  "end": 3, "quote": "Wat"}
        remark = add_remark(version, pieter, "strong", f"Mooi {self.word}", anchor, at=self.now)
        until = self.now.replace(year=self.now.year + 1).isoformat()
        feedback = keep_feedback(version, pieter, notes={}, choices={}, steps=[self.word],
                                 decision="returned", until=until, serial=None, at=self.now)
        make_ready(feedback, at=self.now, notify=self.registry.notify)
        release(feedback, by=pieter, at=self.now, notify=self.registry.notify)
        return (feedback, "anna"), (remark, "anna")

    def _folder(self) -> Any:
        plugin, sender = checked_folder(self.institution, self.registry.shelves, bundle())
        receive_folder(self.institution, bundle(), plugin, sender, connection=self.jar, **self.act)
        switch_on(self.institution, "samen", **self.act)
        return self.institution.kept_addons().named("samen")


def missing(place: Place) -> str:
    """The same address with an id that nobody has, in the last place where there is an id."""
    parts = place.path.split("/")
    for number in range(len(parts) - 1, 0, -1):
        if len(parts[number]) >= 12 and "." not in parts[number] and "-" not in parts[number]:
            swapped = parts[number][:-1] + ("a" if parts[number][-1] != "a" else "b")
            return "/".join([*parts[:number], swapped, *parts[number + 1 :]])
    return place.path + "x"

