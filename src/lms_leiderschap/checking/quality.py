"""What makes a plugin better than right: who it is of, and that it explains itself."""

from __future__ import annotations

from collections.abc import Iterator

from lms_leiderschap.author.seeding import NOBODY
from lms_leiderschap.checking.finding import Finding
from lms_leiderschap.checking.formats import placed
from lms_leiderschap.checking.subject import Subject
from lms_leiderschap.instrument.examples import examine
from lms_leiderschap.plugin.behaviour import order_of


def head(subject: Subject) -> Iterator[Finding]:
    """Licence, author and what changed in this version."""
    plugin = subject.plugin
    if not plugin.licence:
        yield Finding("It has no licence.", 'say for example licence = "CC-BY-4.0".', *subject.head)
    if plugin.author in ("", NOBODY):
        yield Finding("It has no author.", "say who made it.", *subject.head)
    if order_of(plugin.version) not in {order_of(version) for version in plugin.changes}:
        yield Finding(f"It does not say what changed in {plugin.version}.",
                      "add that version to changes.", *subject.head)  # fmt: skip


def guidance(subject: Subject) -> Iterator[Finding]:
    """Every part of every report says what is asked."""
    for report in subject.plugin.reports:
        for part in report.parts:
            if not part.guidance:
                yield Finding(f"Part '{part.key}' of report '{report.key}' has no guidance.",
                              "write one to three sentences.",
                              *subject.place(part.title or part.key, "reports"))  # fmt: skip


def rubrics(subject: Subject) -> Iterator[Finding]:
    """Every report that gets feedback has a rubric that looks at its parts."""
    for each in placed(subject.plugin):
        if not (each.report and each.assignment.feedback_required):
            continue
        rubric = each.rubric
        fits = rubric is not None and any(
            not row.parts or set(row.parts) & set(each.parts) for row in rubric.criteria
        )
        if not fits:
            yield Finding(f"No rubric looks at the report of '{each.assignment.key}'.",
                          "name one, or bring one with criteria for its parts.",
                          *subject.place(each.assignment.title))  # fmt: skip


def privacy(subject: Subject) -> Iterator[Finding]:
    """With handlers it says what it keeps about people and which mails it sends."""
    plugin = subject.plugin
    if plugin.behaviour.handlers and not plugin.personal:
        yield Finding("It hears of people and does not say what it keeps about them.",
                      "say it in personal, or that it is nothing.", *subject.head)  # fmt: skip
    if plugin.behaviour.handlers and not plugin.mails:
        yield Finding("It may send mails and does not say which.",
                      "say it in mails, or that it sends none.", *subject.head)  # fmt: skip


def examples(subject: Subject) -> Iterator[Finding]:
    """Every instrument that is scored comes with a worked example that can be worked out."""
    for spec in subject.plugin.instruments:
        if spec.dimensions and not examine(spec).agreed:
            yield Finding(f"Instrument '{spec.key}' has no worked example.",
                          f"put one in instruments/examples/{spec.key}.json.",
                          *subject.place(spec.key, "instruments"))  # fmt: skip


def signed(subject: Subject) -> Iterator[Finding]:
    """It is signed, so that nobody can change it unseen."""
    if not subject.signed:
        yield Finding("It is not signed.", "lms plugin key new KEY, then pack with --key KEY.",
                      *subject.head)  # fmt: skip
