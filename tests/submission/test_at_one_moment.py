"""Two connections that do something to the same work, neither seeing what the other does."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
import transaction
from ZODB.POSException import ConflictError

from lms_leiderschap.errors import DraftMoved, Refusal
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.store.folder import find, path_of
from lms_leiderschap.store.root import institution_in
from lms_leiderschap.submission.actions import attach, detach, move_file, save_part, submit
from lms_leiderschap.submission.blocks import blocks_from_text
from lms_leiderschap.submission.model import Work

FREE = "kwaliteitszorg.vergelijking-kwaliteitssystemen"


class Side:
    """The same piece of work as one connection sees it."""

    def __init__(self, registry: Any, now: Any) -> None:
        self.manager = transaction.TransactionManager(explicit=True)
        self.manager.begin()
        self.connection = registry.databases.connect(registry.lms.institutions[0], self.manager)
        self.who = {"by": "anna", "at": now}

    def work(self, path: tuple[str, ...]) -> Work:
        found: Work = find(institution_in(self.connection), path)
        return found

    def commit(self) -> None:
        self.manager.commit()
        self.manager.begin()

    def again(self) -> None:
        self.manager.abort()
        self.manager.begin()

    def close(self) -> None:
        self.manager.abort()
        self.connection.close()


def text(words: str) -> dict[str, Any]:
    return {"blocks": blocks_from_text(words)}


def stored(side: Side, name: str) -> StoredFile:
    upload = StoredFile(name, "", side.who["at"])
    upload.fill(io.BytesIO(name.encode()), side.connection)
    return upload


def add(side: Side, work: Work, name: str) -> None:
    attach(work, stored(side, name), name=name, media_type="application/pdf", **side.who)


def hand_in(side: Side, work: Work, answers: Any = None) -> Any:
    return submit(work, answers or {}, without=[part.key for part in work.report.parts], key="k",
                  notify=lambda event: None, **side.who)  # fmt: skip


@pytest.fixture
def sides(registry: Any, now: Any) -> Iterator[tuple[Side, Side]]:
    both = Side(registry, now), Side(registry, now)
    yield both
    for side in both:
        side.close()


@pytest.fixture
def works(sides: tuple[Side, Side]) -> tuple[Work, Work]:
    """Anna's work with a text and two files, in both connections."""
    mine, theirs = sides
    edition = institution_in(mine.connection).programmes["plg-leergang"].editions["2026"]
    enrolment = next(each for each in edition.enrolments.values() if each.title.startswith("Anna"))
    work = enrolment.work[FREE]
    save_part(work, "text", text("Drie systemen."), serial=None, **mine.who)
    for name in ("een.pdf", "twee.pdf"):
        add(mine, work, name)
    mine.commit()
    theirs.again()
    return work, theirs.work(path_of(work))


CHANGES = {
    "detach": lambda side, work: detach(work, work.chosen[0], **side.who),
    "attach": lambda side, work: add(side, work, "drie.pdf"),
    "move": lambda side, work: move_file(work, work.chosen[0], 1),
}


@pytest.mark.parametrize("change", CHANGES)
def test_files_do_not_change_while_their_version_is_made(
    sides: Any, works: Any, change: str
) -> None:
    (mine, theirs), (my_work, their_work) = sides, works
    version = hand_in(mine, my_work)
    CHANGES[change](theirs, their_work)
    mine.commit()
    with pytest.raises(ConflictError):
        theirs.commit()
    theirs.again()
    with pytest.raises(Refusal):
        CHANGES[change](theirs, their_work)
    assert [my_work.files[file_id].name for file_id in version.files] == ["een.pdf", "twee.pdf"]


@pytest.mark.parametrize("change", CHANGES)
def test_a_version_is_made_again_when_its_files_changed(
    sides: Any, works: Any, change: str
) -> None:
    (mine, theirs), (my_work, their_work) = sides, works
    hand_in(mine, my_work)
    CHANGES[change](theirs, their_work)
    theirs.commit()
    with pytest.raises(ConflictError):
        mine.commit()
    mine.again()
    version = hand_in(mine, my_work)
    mine.commit()
    assert version.files == my_work.chosen
    assert all(file_id in my_work.files for file_id in version.files)


@pytest.mark.parametrize("first", ["hand-in", "save"])
def test_a_text_that_was_saved_while_handing_in_stays_in_the_draft(
    sides: Any, works: Any, first: str
) -> None:
    (mine, theirs), (my_work, their_work) = sides, works
    version = hand_in(mine, my_work)
    save_part(their_work, "text", text("Vier systemen."), serial=1, **theirs.who)
    for side in (mine, theirs) if first == "hand-in" else (theirs, mine):
        side.commit()
    mine.again()
    assert version.answers["text"]["blocks"][0]["html"] == "<p>Drie systemen.</p>"
    assert my_work.answers()["text"]["blocks"][0]["html"] == "<p>Vier systemen.</p>"


def test_a_text_that_both_change_is_refused_to_the_second(sides: Any, works: Any) -> None:
    (mine, theirs), (my_work, their_work) = sides, works
    answers = {"text": (text("Van de laptop."), 1)}
    hand_in(mine, my_work, answers)
    save_part(their_work, "text", text("Van de telefoon."), serial=1, **theirs.who)
    theirs.commit()
    with pytest.raises(ConflictError):
        mine.commit()
    mine.again()
    with pytest.raises(DraftMoved):
        hand_in(mine, my_work, answers)
