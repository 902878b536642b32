"""A version with the remarks that this person may see drawn in and listed beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from pyramid.request import Request

from lms_leiderschap.feedback.model import Feedback, Remark
from lms_leiderschap.feedback.titles import KIND_TITLES
from lms_leiderschap.feedback.views.phrases import Phrases
from lms_leiderschap.submission.blocks import Block
from lms_leiderschap.submission.marks import Anchor, marked
from lms_leiderschap.submission.model import Submission
from lms_leiderschap.submission.paper import Section, paper_of
from lms_leiderschap.texts import _
from lms_leiderschap.web.html import SafeHtml, escaped, plain_text

LONGEST_MARK = 600
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on the page, numbered in reading order.

    style, icon  of its kind in stylesheet and sprite
    remove       words of the button that takes it away, "" where this person may not
    """

    number: int
    name: str
    style: str
    icon: str
    kind: str
    lines: Sequence[str]
    remove: str
    anchor: Anchor


class Reading:
    """The sections of a version, and the notes of some feedback at their places.

    writer     id of the person who may add remarks here and take away own ones; "" for a reader
    placeless  notes whose place does not stand in the version (any longer)
    """

    def __init__(
        self,
        request: Request,
        submission: Submission,
        shown: Iterable[Feedback],
        *,
        writer: str = "",
    ) -> None:
        self.sections, self._report = paper_of(submission), submission.work.report
        self._say, self._writer = Phrases(request), writer
        self.word, self.word_more = self._say(_("Remark")), self._say(_("on this paragraph"))
        self._remark_url = request.resource_path(submission, "remark") if writer else ""
        self._ref = escaped(self._say(_("remark")))
        waiting: dict[Place, list[Remark]] = {}
        for feedback in shown:
            for remark in feedback.remarks.values():
                place = (remark.file or remark.part, remark.block)
                waiting.setdefault(place, []).append(remark)
        self.count = sum(map(len, waiting.values()))
        self._at: dict[Place, list[Note]] = {}
        first = 1
        for place in _places(self.sections):
            if remarks := waiting.pop(place, None):
                self._at[place] = self._notes(remarks, first)
                first += len(remarks)
        self.placeless = self._notes([each for rest in waiting.values() for each in rest], first)

    def _notes(self, remarks: Sequence[Remark], first: int) -> list[Note]:
        ordered = sorted(remarks, key=lambda remark: (remark.start, remark.at))
        return [self._note(number, remark) for number, remark in enumerate(ordered, first)]

    def _note(self, number: int, remark: Remark) -> Note:
        style, icon, title = KIND_TITLES[remark.kind]
        own = self._writer and remark.author == self._writer
        return Note(
            number,
            remark.__name__,
            style,
            icon,
            self._say(title),
            remark.text.splitlines(),
            self._say(_("Remove remark ${number}"), number=number) if own else "",
            Anchor(number, style, remark.start, remark.end, remark.quote),
        )

    def make_room(self, parts: Collection[str]) -> None:
        """Where nobody wrote in any of these parts, still show the first, to give feedback at."""
        if not any(section.key in parts for section in self.sections):
            first = next(part for part in self._report.parts if part.key in parts)
            self.sections.insert(0, Section(first.key, first.title, "text"))

    def notes(self, section: Section, block: Block | None) -> Sequence[Note]:
        """Notes at a block; without a block those about the whole of a part or file."""
        return self._at.get((section.key, block["id"] if block else ""), ())

    def link(self, section: Section, block: Block | None) -> str:
        """Where a remark is added here; "" for a reader, and where there is nothing to read."""
        if not self._writer or not (section.holds or section.file):
            return ""
        where = f"{self._remark_url}?{'file' if section.file else 'part'}={section.key}"
        return f"{where}&block={block['id']}" if block else where

    def html(self, section: Section, block: Block) -> SafeHtml:
        """The block with its marks, and after each mark a link to its remark."""
        notes = self._at.get((section.key, block["id"]))
        if not notes:
            return section.html(block)
        drawn = marked(block, [note.anchor for note in notes if _is_drawn(block, note)])
        return SafeHtml(self._with_links(drawn.html, notes))

    def _with_links(self, html: str, notes: Sequence[Note]) -> str:
        for note in notes:
            link = (
                f'<a class="ref" href="#o-{note.number}"><span class="vh">{self._ref} '
                f"</span>{note.number}</a>"
            )
            start = html.find(f'<mark id="m-{note.number}"')
            end = html.find("</mark>", start) + len("</mark>") if start >= 0 else len(html)
            html = html[:end] + link + html[end:]
        return html


def _places(sections: Sequence[Section]) -> Iterable[Place]:
    for section in sections:
        for block in section.blocks:
            yield section.key, block["id"]
        yield section.key, ""


def _is_drawn(block: Block, note: Note) -> bool:
    """A whole page in marker pen helps nobody: its remark only stands beside it."""
    if note.anchor.end - note.anchor.start < len(plain_text(block["html"])):
        return True
    return block["kind"] != "page" and note.anchor.end <= LONGEST_MARK
