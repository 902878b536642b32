"""What leaves an add-on by itself: what is about somebody who is erased, and what is too old."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from lms_leiderschap.addon.data_actions import UNDO_DAYS
from lms_leiderschap.addon.happenings import EVENT
from lms_leiderschap.institution.addon import AddOn
from lms_leiderschap.institution.model import Institution, institution_of
from lms_leiderschap.people.model import Person
from lms_leiderschap.store.faults import Faults

SHORTEST = 4  # signs; a shorter family name stands in any text


def forget_person(person: Person, faults: Faults) -> None:
    """Take out what add-ons keep of a person who is being erased.

    Every record in which their id stands, as key or in its data; who uploaded a folder or paused
    something, and why they did; failures and reasons in which their id, name or address stands.
    """
    institution, me, texts = institution_of(person), person.__name__, texts_of(person)
    for addon, place, _kept in list(institution.addons.about(me)):
        del addon.records[place]
    for addon in institution.addons.values():
        _forget_in(addon, me, texts)
    for number, item in list(institution.outbox.items()):
        if item["kind"] == EVENT and _stands_in(texts, item.get("why", "")):
            institution.outbox.replace(number, item | {"why": ""})
    faults.forget(institution.key, texts)


def texts_of(person: Person) -> list[str]:
    """What gives a person away in a text."""
    texts = [person.__name__, person.email, person.name]
    if len(person.family_name) >= SHORTEST:
        texts.append(person.family_name)
    return [text for text in texts if text]


def _forget_in(addon: AddOn, person_id: str, texts: Collection[str]) -> None:
    for version in addon.versions.values():
        if version.by == person_id:
            version.by = ""
    paused = addon.paused
    if paused is None:
        return
    if paused["by"] == person_id:
        addon.paused = {**paused, "by": "", "sentence": ""}
    elif _stands_in(texts, paused["sentence"]):
        addon.paused = {**paused, "sentence": ""}


def _stands_in(texts: Collection[str], words: str) -> bool:
    return any(text.casefold() in words.casefold() for text in texts)


def let_go(institution: Institution, at: datetime) -> None:
    """Drop what records were before an update that can no longer be undone.

    What stands beside a record goes as long after that was written.
    """
    oldest = (at - timedelta(days=UNDO_DAYS)).isoformat()
    for addon in institution.addons.values():
        ended = addon.undo is not None and addon.undo["until"] < at.isoformat()
        if ended:
            addon.undo = None
        for kept in addon.records.values():
            if ended and kept.before is not None:
                kept.before = None
            if kept.beside is not None and kept.at < oldest:
                kept.beside = None
