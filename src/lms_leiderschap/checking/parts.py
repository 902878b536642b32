"""Whether every required part and every level can be reached at all."""

from __future__ import annotations

from collections.abc import Iterator

from lms_leiderschap.checking.finding import Finding
from lms_leiderschap.checking.formats import Placed, placed
from lms_leiderschap.checking.subject import Subject
from lms_leiderschap.feedback.spec import RubricSpec
from lms_leiderschap.submission.schema import TEXT_KINDS
from lms_leiderschap.submission.spec import PartSpec, ReportSpec


def check(subject: Subject) -> Iterator[Finding]:
    """Required parts are asked by an assignment and can be filled; levels can be chosen."""
    everything = list(placed(subject.plugin))
    for report in subject.plugin.reports:
        yield from _unasked(subject, report, everything)
        for part in report.parts:
            if sentence := why_never_filled(part):
                yield Finding(f"Part '{part.key}' of report '{report.key}' can never be filled: "
                              f"{sentence}", "give the part what its kind needs.",
                              *subject.place(part.title or part.key, "reports"))  # fmt: skip
    for rubric in subject.plugin.rubrics:
        yield from _unseen(subject, rubric, everything)


def _unasked(subject: Subject, report: ReportSpec, everything: list[Placed]) -> Iterator[Finding]:
    users = [each for each in everything if each.whole is not None
             and each.whole.key == report.key]  # fmt: skip
    if not users:
        return  # another plugin may use it
    # A growing report is shared: another module may ask its other versions.
    asked = {key for row in report.versions for key in row.parts}
    asked |= {key for each in users for key in each.parts}
    for part in report.parts:
        if part.required and part.key not in asked:
            yield Finding(
                f"Required part '{part.key}' of report '{report.key}' is asked by no assignment.",
                "name it in report_parts or versions, or make it not required.",
                *subject.place(part.title or part.key, "reports"),
            )


def why_never_filled(part: PartSpec) -> str:
    """A sentence, "" for a part that can be filled."""
    if part.kind in TEXT_KINDS:
        return ""
    if part.kind == "choice":
        return "" if part.options else "a choice needs options."
    if not part.entry_fields:
        return f"'{part.kind}' needs entry_fields."
    unknown = [name for name in part.each_filled if name not in part.entry_fields]
    if unknown:
        return f"each_filled names '{unknown[0]}', which is no field of an entry."
    if part.exactly is not None and part.exactly < part.min_entries:
        return f"it asks at least {part.min_entries} entries and exactly {part.exactly}."
    if part.entries_for and not {"for", "product"} & set(part.entry_fields):
        return "entries_for needs a field 'for' or 'product'."
    if part.kind == "changes" and not {"goal", "change"} <= set(part.entry_fields):
        return "changes need the fields 'goal' and 'change'."
    return ""


def _unseen(subject: Subject, rubric: RubricSpec, everything: list[Placed]) -> Iterator[Finding]:
    place = subject.place(rubric.title or rubric.key, "rubrics")
    if len(rubric.levels) < 2:
        yield Finding(f"Rubric '{rubric.key}' has {len(rubric.levels)} level.",
                      "give it at least two.", *place)  # fmt: skip
    if not rubric.criteria:
        yield Finding(f"Rubric '{rubric.key}' looks at nothing.", "give it criteria.", *place)
    users = [each for each in everything if each.rubric is not None
             and each.rubric.key == rubric.key]  # fmt: skip
    seen = {row.key for each in users if (drawn := each.looked_at) for row in drawn.criteria}
    known = {key for each in users for key in each.parts}
    for row in rubric.criteria:
        here = subject.place(row.title or row.key, "rubrics")
        for part in row.parts:
            if users and part not in known and not _in_whole(part, users):
                yield Finding(f"Criterion '{row.key}' looks at '{part}', which is a part of no "
                              "report it is used with.", "name a part of the report.", *here)
        if users and row.key not in seen:
            yield Finding(f"Criterion '{row.key}' of rubric '{rubric.key}' is never shown.",
                          "name parts that are asked, or leave it out.", *here)  # fmt: skip


def _in_whole(part: str, users: list[Placed]) -> bool:
    return any(part in [row.key for row in each.whole.parts] for each in users if each.whole)
