"""A tool of a module: named in its block of instruments, with or without items of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lms_leiderschap.programme.plain import Plain
from lms_leiderschap.texts import _


@dataclass(frozen=True, slots=True)
class ToolSpec(Plain, noun=_("a tool")):
    """One entry of the tools block of a module or programme.

    kind        what it is, in the words of the programme files: ``questionnaire``, ``scorecard``, …
    content     who has its items: ``structure_only`` (loaded by the institution), ``own``,
                ``name_only``, ``by_institution``, ``by_participant``
    definition  key of an instrument with items of our own; empty: it cannot be filled in here
    modules     module keys; a module file fills in its own
    shared      several modules use it
    link        web address as published, without scheme
    report      key of the report format that is its form
    views       e.g. ``current`` and ``wanted``; ``criteria`` and ``systems`` are rows and columns
                of a comparison; ``process_classes`` those of a process map
    runs        tables with ``key``, ``respondents`` and perhaps ``month`` and ``round``
    """

    key: str
    title: str
    kind: str = "questionnaire"
    content: Literal["structure_only", "own", "name_only", "by_institution", "by_participant"] = (
        "structure_only"
    )
    definition: str = ""
    modules: Sequence[str] = ()
    shared: bool = False
    link: str = ""
    report: str = ""
    views: Sequence[str] = ()
    criteria: Sequence[str] = ()
    systems: Sequence[str] = ()
    process_classes: Sequence[str] = ()
    runs: Sequence[Mapping[str, object]] = ()
