"""Instruments with no answers, too few, just enough and many; and their own worked examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lms_leiderschap.checking.finding import Finding
from lms_leiderschap.checking.subject import Subject
from lms_leiderschap.instrument.answers import Answers
from lms_leiderschap.instrument.builtin import score
from lms_leiderschap.instrument.chart import Chart
from lms_leiderschap.instrument.definition import InstrumentSpec
from lms_leiderschap.instrument.examples import examine
from lms_leiderschap.instrument.gathering import answers_of
from lms_leiderschap.instrument.samples import sample_rows
from lms_leiderschap.plugin.bounded import within_time

AMOUNTS = (0, 4, 5, 500)
SECONDS = 5.0
LEAST = 5  # what the contract asks; an institution may set 3 to 10


def check(subject: Subject) -> Iterator[Finding]:
    """Each instrument that can be filled in, from each perspective."""
    for spec in subject.plugin.instruments:
        for sentence in _threshold(spec):
            yield Finding(sentence, "leave the threshold at 5.", *subject.place(spec.key))
        for perspective in spec.perspectives:
            for amount in AMOUNTS:
                yield from _scored(subject, spec, perspective.key, amount)


def examples(subject: Subject) -> Iterator[Finding]:
    """Every worked example that came with an instrument gives what it says.

    What this version of the core cannot work out is left aside.
    """
    for spec in subject.plugin.instruments:
        for sentence in examine(spec).wrong:
            file, _comma, rest = sentence.partition(",")
            case = rest.partition("'")[2].partition("'")[0]
            yield Finding(sentence, "correct the example, or the instrument.",
                          *subject.line_in(file, f'"{case}"'))  # fmt: skip


def _threshold(spec: InstrumentSpec) -> Iterator[str]:
    if spec.privacy.threshold < LEAST:
        yield f"Instrument '{spec.key}' shows results from {spec.privacy.threshold} answers."


def _scored(
    subject: Subject, spec: InstrumentSpec, perspective: str, amount: int
) -> Iterator[Finding]:
    place = subject.place_of(spec.score) if spec.score else subject.place(spec.key)
    told = f"Instrument '{spec.key}', perspective '{perspective}', {amount} answers:"
    answers = answers_of(spec, perspective, sample_rows(spec, perspective, amount))
    if answers is None:
        return
    if amount < spec.privacy.threshold and _is_hidden(spec, perspective):
        yield Finding(f"{told} there is a result.", "keep the threshold.", *place)
    try:
        charts = within_time(subject.plugin.name, SECONDS, score, answers)
    except Exception as error:
        yield Finding(f"{told} the score raises {type(error).__name__}: {error}",
                      "let it give charts, with None for what is hidden.", *place)  # fmt: skip
        return
    yield from (Finding(f"{told} {sentence}", "give a list of Chart.", *place)
                for sentence in _wrong(charts))  # fmt: skip
    yield from _bare(subject, spec, answers, told, place)


def _is_hidden(spec: InstrumentSpec, perspective: str) -> bool:
    anonymous = spec.perspective(perspective).identity == "anonymous"
    return anonymous or spec.privacy.count == "subject"


def _wrong(charts: object) -> Iterator[str]:
    if not isinstance(charts, Sequence) or isinstance(charts, str):
        yield f"the score gives {type(charts).__name__}."
        return
    for chart in charts:
        if not isinstance(chart, Chart):
            yield f"the score gives {type(chart).__name__} in its list."
    if not charts:
        yield "the score gives no chart."


def _bare(
    subject: Subject, spec: InstrumentSpec, answers: Answers, told: str, place: tuple[str, int]
) -> Iterator[Finding]:
    """The same with every value hidden, as when all dimensions stay below the threshold."""
    if spec.score is None:
        return
    try:
        within_time(subject.plugin.name, SECONDS, score, replace(answers, results={}))
    except Exception as error:
        yield Finding(f"{told} with every value hidden the score raises {type(error).__name__}: "
                      f"{error}", "a mean is None where too few answered.", *place)  # fmt: skip
