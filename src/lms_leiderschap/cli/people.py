"""What is kept about one person: all of it printed, or erased."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lms_leiderschap.cli.ini import within
from lms_leiderschap.cli.words import Words, add_institution, say
from lms_leiderschap.errors import SettingError


def add_words(commands: Words) -> None:
    words = commands.add("export", export, "Print all that is kept about a person, as JSON.")
    words.add_argument("email")
    add_institution(words)
    words = commands.add("erase", erase, "Take a person and all that is theirs out.")
    words.add_argument("email")
    words.add_argument("--why", required=True, help="the reason, kept in the audit log")
    add_institution(words)


def _with_person(options: argparse.Namespace, act: Callable[[Any, Any], Any]) -> Any:
    from lms_leiderschap.people.actions import person_with

    def find_and_act(registry: Any, institution: Any) -> Any:
        person = person_with(institution, options.email)
        if person is None:
            raise SettingError(f"Nobody has the address {options.email}.")
        return act(registry, person)

    return within(options, find_and_act)


def export(options: argparse.Namespace) -> int:
    """All that is kept about a person, readable."""
    from lms_leiderschap.institution.model import institution_of
    from lms_leiderschap.progress.privacy import export_person

    def act(registry: Any, person: Any) -> Any:
        kept = registry.side.export(institution_of(person).key, person.__name__)
        return export_person(person, kept)

    say(json.dumps(_with_person(options, act), indent=2, ensure_ascii=False))
    return 0


def erase(options: argparse.Namespace) -> int:
    """Erase a person; their bytes leave the disk at the next pack."""
    from lms_leiderschap.institution.actions import SYSTEM
    from lms_leiderschap.institution.model import institution_of
    from lms_leiderschap.people.actions import erase as erase_person

    def act(registry: Any, person: Any) -> None:
        registry.side.forget(institution_of(person).key, person.__name__)
        erase_person(
            person, by=SYSTEM, why=options.why, at=datetime.now(UTC), notify=registry.notify
        )

    _with_person(options, act)
    return 0
