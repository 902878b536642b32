"""The first person of an institution; and what is kept about one: all of it printed, or erased."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lms_leiderschap.cli.ini import opened, within
from lms_leiderschap.cli.words import Words, add_institution, say
from lms_leiderschap.errors import SettingError
from lms_leiderschap.settings import InstitutionEntry, fingerprint


def add_words(commands: Words) -> None:
    words = commands.add("found", found, "Begin an institution in an empty database, with its "
                                         "first administrator.")  # fmt: skip
    words.add_argument("--name", required=True, help="of the institution, as people read it")
    words.add_argument("--admin", required=True, metavar="EMAIL", help="address to sign in with")
    words.add_argument("--given-name", required=True)
    words.add_argument("--family-name", required=True)
    add_institution(words)
    words = commands.add("export", export, "Print all that is kept about a person, as JSON.")
    words.add_argument("email")
    add_institution(words)
    words = commands.add("erase", erase, "Take a person and all that is theirs out.")
    words.add_argument("email")
    words.add_argument("--why", required=True, help="the reason, kept in the audit log")
    add_institution(words)


def found(options: argparse.Namespace) -> int:
    """The link is printed and not mailed: mail may not work yet."""
    from lms_leiderschap.people.actions import LINK_LASTS

    _check_address(options.admin)
    link = opened(options, lambda registry, entry: _begun(options, registry, entry), plugins=False)
    say(f"{options.name} is there, with {options.admin} as its administrator.",
        "Next: start the server and choose a password on this page; it opens once, within "
        f"{LINK_LASTS['invitation'].days} days:", link)  # fmt: skip
    return 0


def _begun(options: argparse.Namespace, registry: Any, entry: InstitutionEntry) -> str:
    """Address of the page where the first administrator chooses a password.

    Refusal when the database holds an institution.
    """
    import transaction

    from lms_leiderschap.institution.actions import SYSTEM, sign_with
    from lms_leiderschap.institution.actions import found as found_in
    from lms_leiderschap.people.actions import LINK_LASTS, invite_to_role, make_link
    from lms_leiderschap.permissions import Role

    at = datetime.now(UTC)
    manager = transaction.TransactionManager(explicit=True)
    connection = registry.databases.connect(entry, manager)
    try:
        with manager:
            admin = invite_to_role(
                found_in(connection, entry.key, options.name), options.admin, options.given_name,
                options.family_name, Role.ADMIN, by=SYSTEM, why="", at=at,
                notify=lambda _asked: None,
            )  # fmt: skip
            sign_with(connection.root(), fingerprint(registry.lms.secret(entry)))
            token = make_link(admin, "invitation", at=at, ends=at + LINK_LASTS["invitation"])
    finally:
        connection.close()
    return f"{entry.url}/link/invitation/{token}"


def _check_address(email: str) -> None:
    from lms_leiderschap.message.mail import BadAddress, address_of

    try:
        address_of(email)
    except BadAddress:
        raise SettingError(f"{email} is no e-mail address.") from None


def _with_person(
    options: argparse.Namespace, act: Callable[[Any, Any], Any], *, writes: bool
) -> Any:
    from lms_leiderschap.people.actions import person_with

    def find_and_act(registry: Any, institution: Any) -> Any:
        person = person_with(institution, options.email)
        if person is None:
            raise SettingError(f"Nobody has the address {options.email}.")
        return act(registry, person)

    return within(options, find_and_act, writes=writes)


def export(options: argparse.Namespace) -> int:
    """All that is kept about a person, readable."""
    from lms_leiderschap.institution.model import institution_of
    from lms_leiderschap.progress.privacy import export_person

    def act(registry: Any, person: Any) -> Any:
        kept = registry.side.export(institution_of(person).key, person.__name__)
        return export_person(person, kept)

    found = _with_person(options, act, writes=False)
    say(json.dumps(found, indent=2, ensure_ascii=False))
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

    _with_person(options, act, writes=True)
    return 0
