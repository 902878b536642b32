"""With which signing key each database signs.

A machine without a key makes its own, and then proofs and backups of one machine are refused by
the other. So a database keeps the fingerprint of its key, and opens nowhere without that key.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import transaction

from lms_leiderschap.cli.ini import entry_named, settings_of
from lms_leiderschap.cli.words import Words, add_institution, say
from lms_leiderschap.errors import Refusal, SettingError
from lms_leiderschap.settings import InstitutionEntry, Settings, fingerprint
from lms_leiderschap.store.root import Databases

log = logging.getLogger(__name__)
ATTEMPTS = 5  # several processes that begin at once write the same line


def add_words(commands: Words) -> None:
    words = commands.add("accept-key", accept_key, "Sign with the key that lies here, when the one "
                                                   "before is lost; with the servers stopped.")
    add_institution(words)


def keep_keys(registry: Any) -> None:
    """Have each open database know its key, for those of before there was such a line.

    A disk that refuses is no reason not to start: people can sign in and read.
    """
    from lms_leiderschap.institution.actions import sign_with

    for entry in registry.lms.institutions:
        if not registry.databases.is_away(entry):
            keep = partial(sign_with, fingerprint=_fingerprint(registry.lms, entry))
            try:
                _write(registry.databases, entry, keep)
            except Exception:
                log.exception("with which key %s signs could not be kept", entry.key)


def accept_key(options: argparse.Namespace) -> int:
    """What the lost key signed cannot be checked any more; work itself is not signed."""
    from lms_leiderschap.institution.actions import accept_key as accept
    from lms_leiderschap.store.copying import check_alone

    settings = settings_of(options.ini)
    entry = entry_named(settings, options.institution)
    check_alone(entry.storage)
    databases, now = Databases(settings, any_key=True), datetime.now(UTC)
    name = _fingerprint(settings, entry)
    try:
        _write(databases, entry, lambda root: accept(root, name, at=now))
    except Refusal as refusal:
        raise SettingError(refusal.message) from None
    finally:
        databases.close()
    say(f"{entry.key} signs with {name} from now on. Proofs and backups that the key before signed "
        "are refused until its file lies here as KEY.when.key.")  # fmt: skip
    return 0


def _write(databases: Databases, entry: InstitutionEntry, act: Callable[[Any], Any]) -> None:
    manager = transaction.TransactionManager(explicit=True)
    connection = databases.connect(entry, manager)
    try:
        for attempt in manager.attempts(ATTEMPTS):
            with attempt:
                act(connection.root())
    finally:
        connection.close()


def _fingerprint(settings: Settings, entry: InstitutionEntry) -> str:
    """Of the key that signs, which is made when there is none yet."""
    return fingerprint(settings.secret(entry))
