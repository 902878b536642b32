"""A version with the remarks that this person may see drawn in and listed beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from pyramid.request import Request

from lms_leiderschap.feedback.model import Feedback, Remark
from lms_leiderschap.feedback.titles import KIND_TITLES
from lms_leiderschap.feedback.views.phrases import Phrases
from lms_leiderschap.submission.blocks import Block
from lms_leiderschap.submission.marks import Anchor, marked
from lms_leiderschap.submission.model import Submission
from lms_leiderschap.submission.paper import DrawnBlock, Section, paper_of
from lms_leiderschap.texts import _
from lms_leiderschap.web.assets import icon
from lms_leiderschap.web.html import SafeHtml, escaped, plain_text

LONGEST_MARK = 600
Place = tuple[str, str]


class Note(NamedTuple):
    """A remark on the page, numbered in reading order, as submission.paper.DrawnBlock has it.

    style, picture  of its kind: class in the stylesheet, address of the icon
    remove          words of the button that takes it away, "" where this person may not
    """

    number: int
    name: str
    style: str
    picture: str
    kind: str
    text: SafeHtml
    remove: str


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
        self.sections, self._report = paper_of(submission), submission.report
        self._say, self._writer = Phrases(request), writer
        word, more = escaped(self._say(_("Remark"))), escaped(self._say(_("on this paragraph")))
        self._words = f'{word}<span class="vh"> {more}</span>'
        self._remark_url = request.resource_path(submission, "remark") if writer else ""
        self._ref = escaped(self._say(_("remark")))
        waiting: dict[Place, list[Remark]] = {}
        for feedback in shown:
            for remark in feedback.remarks.values():
                place = (remark.file or remark.part, remark.block)
                waiting.setdefault(place, []).append(remark)
        self.count = sum(map(len, waiting.values()))
        self._at: dict[Place, list[Note]] = {}
        self._anchors: dict[int, Anchor] = {}
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
        style, picture, title = KIND_TITLES[remark.kind]
        own = self._writer and remark.author == self._writer
        self._anchors[number] = Anchor(number, style, remark.start, remark.end, remark.quote)
        return Note(
            number,
            remark.__name__,
            style,
            icon(picture),
            self._say(title),
            SafeHtml("<br>".join(map(escaped, remark.text.splitlines()))),
            self._say(_("Remove remark ${number}"), number=number) if own else "",
        )

    def make_room(self, parts: Collection[str]) -> None:
        """Where nobody wrote in any of these parts, still show the first, to give feedback at."""
        if not any(section.key in parts for section in self.sections):
            first = next(part for part in self._report.parts if part.key in parts)
            self.sections.insert(0, Section(first.key, first.title, "text"))

    def drawn(self, section: Section) -> list[DrawnBlock]:
        """The blocks of a section with their notes; one without id where there are no blocks."""
        found = [
            DrawnBlock(
                block["id"],
                section.page(number, block),
                self.html(section, block),
                self._at.get((section.key, block["id"]), ()),
                self._link(section, block["id"]),
            )
            for number, block in enumerate(section.blocks, 1)
        ]
        if found or not (section.holds or section.file):
            return found
        notes = self._at.get((section.key, ""), ())
        return [DrawnBlock("", 0, SafeHtml(), notes, self._link(section, ""))]

    def _link(self, section: Section, block_id: str) -> SafeHtml:
        """Where a remark is added here; nothing for a reader."""
        if not self._writer:
            return SafeHtml()
        where = f"{self._remark_url}?{'file' if section.file else 'part'}={section.key}"
        address = escaped(f"{where}&block={block_id}" if block_id else where, quote=True)
        return SafeHtml(f'<p class="small noprint"><a href="{address}">{self._words}</a></p>')

    def html(self, section: Section, block: Block) -> SafeHtml:
        """The block with its marks, and after each mark a link to its remark."""
        notes = self._at.get((section.key, block["id"]))
        if not notes:
            return SafeHtml(block["html"])
        anchors = [self._anchors[note.number] for note in notes]
        drawn = marked(block, [anchor for anchor in anchors if _is_drawn(block, anchor)])
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


def _is_drawn(block: Block, anchor: Anchor) -> bool:
    """A whole page in marker pen helps nobody: its remark only stands beside it."""
    if anchor.end - anchor.start < len(plain_text(block["html"])):
        return True
    return block["kind"] != "page" and anchor.end <= LONGEST_MARK
