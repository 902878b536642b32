"""A version, or a draft, as somebody reads it: part by part, then file by file. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NamedTuple

from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.submission.blocks import Block
from lms_leiderschap.submission.completeness import check
from lms_leiderschap.submission.model import Answer, Submission, Work
from lms_leiderschap.submission.products import goals_of, product_title
from lms_leiderschap.submission.spec import PartSpec, ReportSpec
from lms_leiderschap.submission.titles import field_title, value_title
from lms_leiderschap.web.html import SafeHtml

SectionKind = Literal["text", "entries", "choice", "file"]
FileState = Literal["", "waiting", "read", "scan", "locked", "unreadable"]
Cell = tuple[Any, Sequence[Any]]


class DrawnBlock(NamedTuple):
    """A block as the page shows it.

    id     of the block; "" for what stands beside a part or file that has no blocks
    page   number of a page of a pdf, 0 for other blocks
    notes  in the margin, each a tuple: number on the page, name, style, address of the icon and
           words of its kind, what it says, words of the button that takes it away or ""
    link   to add a note here, "" for none
    """

    id: str
    page: int
    html: SafeHtml
    notes: Sequence[Any] = ()
    link: SafeHtml | str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a report, or one file.

    key      part key, or id of the file
    kind     what it holds: "text" blocks, "entries" or a "choice"; "file" the blocks of its copy
    entries  per entry its filled fields: (title of the field, the lines written in it)
    choice   the chosen option in words (translation string), "" when nothing was chosen
    missing  a required part that is not filled
    in_file  the author says that it stands in a file
    file     the file itself; state how far its reading copy is: "waiting" until there is one
    """

    key: str
    title: str
    kind: SectionKind
    required: bool = False
    blocks: Sequence[Block] = ()
    entries: Sequence[Sequence[Cell]] = ()
    choice: Any = ""
    missing: bool = False
    in_file: bool = False
    file: StoredFile | None = None
    state: FileState = ""

    @property
    def holds(self) -> bool:
        """Whether there is anything to read."""
        return bool(self.blocks or self.entries or self.choice)

    def drawn(self) -> list[DrawnBlock]:
        """The blocks as they were written."""
        return [
            DrawnBlock(block["id"], self.page(number, block), SafeHtml(block["html"]))
            for number, block in enumerate(self.blocks, 1)
        ]

    def page(self, number: int, block: Block) -> int:
        """Number of the page that the block at place `number` is, 0 when it is none."""
        return number if block["kind"] == "page" else 0


def paper_of(submission: Submission) -> list[Section]:
    """A version as it was handed in, with the reading copies of its files."""
    work = submission.work
    files = [work.files[file_id] for file_id in submission.files if file_id in work.files]
    return paper(
        submission.report,
        submission.answers,
        submission.missing,
        files,
        submission.readings,
        named=partial(product_title, work.edition),
    )


def draft_paper(work: Work) -> list[Section]:
    """The draft of a work as it would be handed in now; its files have no reading copy yet."""
    answers, files = work.answers(), work.draft_files()
    done = check(work.report, answers, files, goals=goals_of(work, answers))
    named = partial(product_title, work.edition)
    return paper(work.report, answers, done.missing, files, named=named)


def part_paper(work: Work, part: PartSpec, answer: Answer) -> Section:
    """One part as it is read."""
    return _part(part, answer, (), partial(product_title, work.edition))


def paper(
    report: ReportSpec,
    answers: Mapping[str, Answer],
    missing: Collection[str] = (),
    files: Sequence[StoredFile] = (),
    readings: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    named: Callable[[str], str] = str,
) -> list[Section]:
    """Parts that say something or should have, in the order of the report, then the files.

    readings  file id to {"state", "blocks"}; None: no copies are made of these files
    named     product key to its title
    """
    parts = [_part(part, answers.get(part.key, {}), missing, named) for part in report.parts]
    shown = [part for part in parts if part.holds or part.missing or part.in_file]
    return shown + [_file(file, readings) for file in files]


def _part(
    part: PartSpec, answer: Answer, missing: Collection[str], named: Callable[[str], str]
) -> Section:
    kind: SectionKind = "entries"
    if part.kind in ("text", "instrument_comparison"):
        kind = "text"
    elif part.kind == "choice":
        kind = "choice"
    chosen = answer.get("choice")
    return Section(
        part.key,
        part.title,
        kind,
        required=part.required,
        blocks=answer.get("blocks", ()),
        entries=[
            cells for entry in answer.get("entries", ()) if (cells := _cells(part, entry, named))
        ],
        choice=value_title(chosen) if chosen else "",
        missing=part.key in missing,
        in_file=bool(answer.get("in_file")),
    )


def _cells(part: PartSpec, entry: Mapping[str, Any], named: Callable[[str], str]) -> list[Cell]:
    names = [*part.entry_fields, *(name for name in entry if name not in part.entry_fields)]
    cells = ((name, _lines(name, entry.get(name), named)) for name in names)
    return [(field_title(name), lines) for name, lines in cells if lines]


def _lines(name: str, value: object, named: Callable[[str], str]) -> list[Any]:
    if isinstance(value, list | tuple):
        return [line for line in map(str, value) if line.strip()]
    words = str(value or "").strip()
    if words and name in ("change", "source"):
        return [value_title(words)]
    return [named(words)] if words and name in ("for", "product") else words.splitlines()


def _file(file: StoredFile, readings: Mapping[str, Mapping[str, Any]] | None) -> Section:
    if readings is None:
        return Section(file.id, file.name, "file", file=file)
    reading = readings.get(file.id)
    if reading is None:
        return Section(file.id, file.name, "file", file=file, state="waiting")
    return Section(
        file.id, file.name, "file", blocks=reading["blocks"], file=file, state=reading["state"]
    )
