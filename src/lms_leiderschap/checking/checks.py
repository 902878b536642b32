"""All checks, in the order in which they are done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lms_leiderschap.checking import (
    budgets,
    handlers,
    instruments,
    names,
    parts,
    places,
    quality,
    staying,
    upgrades,
    words,
)
from lms_leiderschap.checking.finding import Finding, Level, Outcome
from lms_leiderschap.checking.page_rules import faults_of
from lms_leiderschap.checking.subject import Subject
from lms_leiderschap.plugin.error import PluginError

Look = Callable[[Subject], Iterable[Finding]]
MOST = 20  # findings of one check


@dataclass(frozen=True, slots=True)
class Check:
    """One question to a plugin.

    about  a sentence: what holds when it finds nothing
    level  from which it counts: brons is what must hold
    """

    name: str
    about: str
    look: Look
    level: Level = "brons"

    def done(self, subject: Subject) -> Outcome:
        """What it finds; a file that cannot be read is a finding too."""
        try:
            found = list(dict.fromkeys(self.look(subject)))[:MOST]
        except PluginError as error:
            found = [Finding(error.sentence, "correct this file.", error.file, error.line)]
        return Outcome(self.name, self.about, self.level, found)


def forms(subject: Subject) -> Iterable[Finding]:
    """What went wrong while every form was opened, filled and handed in."""
    return subject.use.findings


def pages(subject: Subject) -> Iterator[Finding]:
    """What is wrong with the pages that were shown."""
    for page in subject.use.pages:
        for sentence in faults_of(page):
            yield Finding(f"{page.path}: {sentence}", "bring Markdown and specs, no HTML.",
                          *subject.head)  # fmt: skip


CHECKS = (
    Check("names", "Kinds of records and deep routes carry its name.", names.check),
    Check("texts", "Every text is Dutch, in the u form or neutral.", words.check),
    Check("parts", "Every required part and every level can be reached.", parts.check),
    Check("instruments", "Instruments hold with 0, 4, 5 and 500 answers.", instruments.check),
    Check("examples", "Worked examples give what they say.", instruments.examples),
    Check("handlers", "The same event twice is the same as once.", handlers.check),
    Check("budgets", "Panels and handlers keep to their time.", budgets.check),
    Check("upgrades", "Records of earlier versions come along, and once more.", upgrades.check),
    Check("forms", "Every form shows, fills and hands in.", forms),
    Check("pages", "Pages hold nothing inline, and every control has a label.", pages),
    Check("failures", "Nothing of it fails in use.", handlers.failed),
    Check("staying", "Off and on again changes nobody's work.", staying.check),
    Check("removal", "Without it everything can be read.", staying.removal),
    Check("head", "Licence, author and changes are said.", quality.head, "zilver"),
    Check("guidance", "Every part says what is asked.", quality.guidance, "zilver"),
    Check("rubrics", "A rubric looks at every report.", quality.rubrics, "zilver"),
    Check("privacy", "What it keeps and sends is said.", quality.privacy, "zilver"),
    Check("places", "It answers to its own modules only.", places.check, "zilver"),
    Check("worked", "Every instrument has a worked example.", quality.examples, "zilver"),
    Check("earlier", "There are records of each earlier version.", upgrades.earlier, "zilver"),
    Check("signed", "It is signed.", quality.signed, "goud"),
)
AXE = "Its pages can be used by everybody (axe)."


def not_loading(error: PluginError) -> Outcome:
    """What is left to say of a plugin that does not load."""
    found = Finding(error.sentence, "correct this first.", error.file, error.line)
    return Outcome("loads", "It loads.", "brons", [found])


def named(name: str) -> Check:
    """The check of a name; KeyError."""
    return {check.name: check for check in CHECKS}[name]


def run(
    subject: Subject, *, browser: bool = False, axe: Path | None = None
) -> Iterator[Outcome]:
    """All checks, one by one as they are done.

    browser  look at the pages in Chromium too; without it the last check of goud is not done
    """
    last: Check | None = None
    if browser:
        from lms_leiderschap.checking.axe import Looking

        last = Check("browser", AXE, Looking(axe).check, "goud")
    for check in CHECKS:
        yield check.done(subject)
    if last is not None:
        yield last.done(subject)
    else:
        yield Outcome("browser", AXE, "goud", (), "only done with --browser")
