"""A version with the remarks that this person may see drawn in and listed beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from pyramid.request import Request

from lms_leiderschap.feedback.model import Feedback, Remark
from lms_leiderschap.feedback.titles import KIND_TITLES, KindTitle
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
    """A remark on the page, numbered in reading order."""

    number: int
    remark: Remark
    drawn: KindTitle
    kind: str

    @property
    def anchor(self) -> Anchor:
        at = self.remark
        return Anchor(self.number, self.drawn.style, at.start, at.end, at.quote)


class Reading:
    """The sections of a version, and the notes of some feedback at their places.

    placeless  notes whose place does not stand in the version (any longer)
    """

    def __init__(self, request: Request, submission: Submission, shown: Iterable[Feedback]) -> None:
        self.sections, self._report = paper_of(submission), submission.work.report
        self._ref = request.localizer.translate(_("remark"))
        self._kinds = {
            kind: request.localizer.translate(row.title) for kind, row in KIND_TITLES.items()
        }
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
        return [
            Note(number, remark, KIND_TITLES[remark.kind], self._kinds[remark.kind])
            for number, remark in enumerate(ordered, first)
        ]

    def make_room(self, parts: Collection[str]) -> None:
        """Where nobody wrote in any of these parts, still show the first, to give feedback at."""
        if not any(section.key in parts for section in self.sections):
            first = next(part for part in self._report.parts if part.key in parts)
            self.sections.insert(0, Section(first.key, first.title, "text"))

    def beside(self, section: Section, block: Block) -> list[Note]:
        return self._at.get((section.key, block["id"]), [])

    def after(self, section: Section) -> list[Note]:
        """Notes about the whole of a part or file that has no blocks."""
        return self._at.get((section.key, ""), [])

    def html_of(self, section: Section, block: Block) -> SafeHtml:
        """The block with its marks, and after each mark a link to its remark."""
        notes = self._at.get((section.key, block["id"]))
        if not notes:
            return section.html(block)
        drawn = marked(block, [note.anchor for note in notes if _is_drawn(block, note)])
        return SafeHtml(self._with_links(drawn.html, notes))

    def _with_links(self, html: str, notes: Sequence[Note]) -> str:
        for note in notes:
            link = (
                f'<a class="ref" href="#o-{note.number}"><span class="vh">{escaped(self._ref)} '
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
    if note.remark.end - note.remark.start < len(plain_text(block["html"])):
        return True
    return block["kind"] != "page" and note.remark.end <= LONGEST_MARK
