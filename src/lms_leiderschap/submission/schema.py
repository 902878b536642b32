"""The form in which a report is written, and what is typed in it as answers and back.

One group per part, with the serial its page started from. Nothing typed is refused here: what a
part lacks is said by ``completeness``, and a draft keeps whatever was written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import colander

from lms_leiderschap.submission.blocks import Block, blocks_from_text, text_from_blocks, typed
from lms_leiderschap.submission.completeness import may_stand_in_file
from lms_leiderschap.submission.model import Answer, Work
from lms_leiderschap.submission.products import product_title
from lms_leiderschap.submission.spec import PartSpec
from lms_leiderschap.submission.titles import field_title, value_title
from lms_leiderschap.submission.upload import KINDS
from lms_leiderschap.submission.wording import HINTS, LONG, noun_of
from lms_leiderschap.texts import _
from lms_leiderschap.web.choices import ChoiceWidget, SelectWidget
from lms_leiderschap.web.fields import (
    ChoiceField,
    FilesField,
    HiddenField,
    LineField,
    SelectField,
    TextField,
    TickField,
)
from lms_leiderschap.web.groups import FormSchema, GroupField, RowsField
from lms_leiderschap.web.widgets import FilesWidget, LineWidget, TextWidget

MOST_ENTRIES = 100
TEXT_KINDS = ("text", "instrument_comparison")
KEEPS = (
    ("page", _("Keep the text of this page")),
    ("saved", _("Keep the text that was saved later")),
)
FILES_HINT = _(
    "Word or PDF, at most 25 MB each, read in this order. A text that stands in a file is ticked "
    "at its part."
)
MERGED = ("merged", _("Keep the text below, put together from both"))


def writing_schema(work: Work, moved: frozenset[str] = frozenset()) -> FormSchema:
    """The whole form of a piece of work; without `moved` made once while its edition is loaded.

    moved  keys of parts that were saved elsewhere: of those it also asks which text stays
    """
    return _kept(work, "", lambda: _whole(work, moved)) if not moved else _whole(work, moved)


def part_schema(work: Work, part: PartSpec) -> FormSchema:
    """A form of just one part, as the autosave sends it."""
    return _kept(work, part.key, lambda: FormSchema(_part_group(work, part, False)))


def _kept(work: Work, part: str, make: Callable[[], FormSchema]) -> FormSchema:
    known: dict[tuple[str, str], FormSchema] | None = getattr(work.edition, "_v_schemas", None)
    if known is None:
        known = work.edition._v_schemas = {}
    if (work.key, part) not in known:
        known[work.key, part] = make()
    return known[work.key, part]


def _whole(work: Work, moved: frozenset[str]) -> FormSchema:
    groups = [_part_group(work, part, part.key in moved) for part in work.report.parts]
    accept = ",".join(ending for key in allowed_kinds(work) for ending in KINDS[key].endings)
    return FormSchema(
        GroupField(*groups, name="parts", title=""),
        FilesField(
            name="files",
            title=_("Choose files"),
            description=FILES_HINT,
            missing=(),
            accept=accept,
            widget=FilesWidget(says_optional=False),
        ),
        HiddenField(name="gone"),
        HiddenField(name="generation"),
        HiddenField(name="without"),
        TickField(name="names", title=_("Names of pupils or colleagues are not in it.")),
    )


def allowed_kinds(work: Work) -> tuple[str, ...]:
    """Keys of the kinds of file that may be handed in with this work."""
    asked = {kind for part in work.report.parts for kind in part.evidence}
    return tuple(KINDS) if asked & {"file", "image"} else ("docx", "pdf")


def _part_group(work: Work, part: PartSpec, moved: bool) -> GroupField:
    fields = [HiddenField(name="serial"), _main_field(work, part)]
    if part.required and may_stand_in_file(part, work.report):
        fields.append(TickField(name="in_file", title=_("Stands in the file")))
    if moved:
        choices = (*KEEPS, MERGED) if part.kind in TEXT_KINDS else KEEPS
        fields.append(ChoiceField(name="keep", title=_("Which text stays?"), choices=choices))
    if moved and part.kind in TEXT_KINDS:
        widget = TextWidget(says_optional=False)
        merged = TextField(name="merged", title=_("Both texts together"), missing="", widget=widget)
        fields.append(merged)
    return GroupField(*fields, name=part.key, title="")


def _main_field(work: Work, part: PartSpec) -> Any:
    if part.kind in TEXT_KINDS:
        ties = {"data-min-words": str(part.min_words), "data-counter": f"count-{part.key}"}
        return TextField(name="text", title=part.title, missing="", data=ties, rows=6)
    if part.kind == "choice":
        options = [(key, value_title(key)) for key in part.options]
        widget = ChoiceWidget(says_optional=not part.required)
        return ChoiceField(
            name="choice", title=part.title, missing="", choices=options, widget=widget
        )
    noun, add_label = noun_of(part)
    fields = [_entry_field(work, part, name) for name in part.entry_fields]
    entry = GroupField(*fields, name="entry", title=noun)
    return RowsField(entry, name="entries", title=part.title, add_label=add_label,
                     at_most=part.exactly or MOST_ENTRIES)  # fmt: skip


def _entry_field(work: Work, part: PartSpec, name: str) -> Any:
    asked: dict[str, Any] = {"name": name, "title": field_title(name), "missing": ""}
    if name in HINTS:
        asked["description"] = HINTS[name]
    optional = name not in part.each_filled
    if choices := _choices(work, part, name):
        return SelectField(choices=choices, widget=SelectWidget(says_optional=optional), **asked)
    if name in LONG:
        widget = TextWidget(says_optional=optional)
        return TextField(rows=2, data={"class": "plain"}, widget=widget, **asked)
    asked["widget"] = LineWidget(says_optional=optional)
    if name in ("target_year", "number"):
        return LineField(inputmode="numeric", width="year", **asked)
    return LineField(longest=2000, **asked)


def _choices(work: Work, part: PartSpec, name: str) -> list[tuple[str, str]]:
    if name == "change":
        return [(key, value_title(key)) for key in part.change_kinds]
    if name == "source":
        return [(key, value_title(key)) for key in part.sources]
    if name not in ("for", "product"):
        return []
    products = part.entries_for or [linked.product for linked in part.linked if name == "product"]
    return [(key, product_title(work.edition, key)) for key in products]


def answer_of(part: PartSpec, typed_in: Mapping[str, Any], draft: Answer) -> Answer:
    """The answer that stands in the form.

    typed_in  the cstruct of the group of this part
    draft     what was written before: blocks that stay the same keep their ids
    """
    answer: Answer = {}
    if part.kind in TEXT_KINDS:
        answer["blocks"] = blocks_of(_text(typed_in["text"]), draft.get("blocks", []))
    elif part.kind == "choice":
        answer["choice"] = _text(typed_in["choice"])
    else:
        entries = [_entry(part, row) for row in typed_in["entries"] if row is not colander.null]
        answer["entries"] = [entry for entry in entries if entry]
    if typed_in.get("in_file") == "true":
        answer["in_file"] = True
    return {name: value for name, value in answer.items() if value}


def blocks_of(text: str, earlier: list[Block]) -> list[Block]:
    """Blocks of a typed text; one that did not change stays as it is, also what was not typed."""
    return earlier if typed(text) == text_from_blocks(earlier) else blocks_from_text(text, earlier)


def _entry(part: PartSpec, row: Mapping[str, Any]) -> dict[str, str]:
    return {name: text for name in part.entry_fields if (text := _text(row[name]))}


def _text(value: Any) -> str:
    return "" if value in (colander.null, None) else str(value)


def values_of(part: PartSpec, answer: Answer) -> dict[str, Any]:
    """What stands in the fields of a part for an answer."""
    values: dict[str, Any] = {"in_file": bool(answer.get("in_file"))}
    if part.kind in TEXT_KINDS:
        values["text"] = text_from_blocks(answer.get("blocks", ()))
    elif part.kind == "choice":
        values["choice"] = answer.get("choice", "")
    else:
        values["entries"] = [_lines(part, entry) for entry in answer.get("entries", ())]
    return values


def _lines(part: PartSpec, entry: Mapping[str, Any]) -> dict[str, str]:
    rows = {name: entry.get(name, "") for name in part.entry_fields}
    return {
        name: "\n".join(value) if isinstance(value, list | tuple) else str(value)
        for name, value in rows.items()
    }
