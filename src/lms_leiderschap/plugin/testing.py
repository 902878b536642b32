"""What the core asks of every plugin, as a class of tests.

::

    from lms_leiderschap.plugin.testing import PluginChecks
    from lms_plg_scan import plugin

    class TestPlgScan(PluginChecks):
        plugin = plugin

The same checks as ``lms plugin check``. Records of earlier versions are read from
``fixtures/<version>.json`` beside the package or beside the tests: a list of records, each with
``kind``, ``key``, ``schema`` and ``data``.
"""

from __future__ import annotations

import sys
import unittest
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from lms_leiderschap.plugin.contract import Plugin

if TYPE_CHECKING:
    from lms_leiderschap.checking.subject import Subject

__all__ = ["PluginChecks"]
LEVELS = ("brons", "zilver", "goud")


class PluginChecks:
    """Subclass it with a name that begins with ``Test`` and say which plugin.

    plugin  the value
    level   "brons" for what must hold; "zilver" also holds it to what makes it better
    """

    plugin: ClassVar[Plugin]
    level: ClassVar[str] = "brons"
    _subject: ClassVar[Subject | None] = None

    @classmethod
    def setup_class(cls) -> None:
        """Called by pytest before the first of its tests."""
        from lms_leiderschap.checking.subject import Subject

        beside = Path(str(getattr(sys.modules.get(cls.__module__), "__file__", ".")))
        cls._subject = Subject.of_plugin(cls.plugin, beside.resolve())

    @classmethod
    def teardown_class(cls) -> None:
        """Called by pytest after the last of its tests."""
        if cls._subject is not None:
            cls._subject.close()
        cls._subject = None

    def _holds(self, name: str) -> None:
        from lms_leiderschap.checking.checks import named

        check = named(name)
        if LEVELS.index(check.level) > LEVELS.index(self.level):
            raise unittest.SkipTest(f"Counts from {check.level} on.")
        assert self._subject is not None  # noqa: S101 (setup_class made it)
        found = check.done(self._subject).findings
        if found:
            lines = "\n".join(str(finding) for finding in found)
            raise AssertionError(f"{check.about}\n{lines}")

    def test_kinds_and_routes_carry_its_name(self) -> None:
        self._holds("names")

    def test_texts_are_dutch_and_polite_or_neutral(self) -> None:
        self._holds("texts")

    def test_parts_and_levels_can_be_reached(self) -> None:
        self._holds("parts")

    def test_instruments_hold_with_few_and_many_answers(self) -> None:
        self._holds("instruments")

    def test_worked_examples_give_what_they_say(self) -> None:
        self._holds("examples")

    def test_the_same_event_twice_is_as_once(self) -> None:
        self._holds("handlers")

    def test_panels_and_handlers_keep_to_their_time(self) -> None:
        self._holds("budgets")

    def test_records_of_earlier_versions_come_along(self) -> None:
        self._holds("upgrades")

    def test_forms_show_fill_and_hand_in(self) -> None:
        self._holds("forms")

    def test_pages_hold_nothing_inline_and_label_their_controls(self) -> None:
        self._holds("pages")

    def test_nothing_fails_in_use(self) -> None:
        self._holds("failures")

    def test_off_and_on_again_changes_nobodys_work(self) -> None:
        self._holds("staying")

    def test_without_it_everything_can_be_read(self) -> None:
        self._holds("removal")

    def test_licence_author_and_changes_are_said(self) -> None:
        self._holds("head")

    def test_every_part_says_what_is_asked(self) -> None:
        self._holds("guidance")

    def test_a_rubric_looks_at_every_report(self) -> None:
        self._holds("rubrics")

    def test_what_it_keeps_and_sends_is_said(self) -> None:
        self._holds("privacy")

    def test_it_answers_to_its_own_modules_only(self) -> None:
        self._holds("places")

    def test_every_instrument_has_a_worked_example(self) -> None:
        self._holds("worked")

    def test_there_are_records_of_each_earlier_version(self) -> None:
        self._holds("earlier")
