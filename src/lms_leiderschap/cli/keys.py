"""Whether the signing keys here are those that the databases were signed with.

A machine without a key makes its own, and then proofs, links and backups of one machine are
refused by the other. So a database keeps the fingerprint of the key that it signs with.
"""

from __future__ import annotations

import argparse
import hashlib
from typing import Any

import transaction

from lms_leiderschap.cli.ini import opened
from lms_leiderschap.cli.words import Words, add_institution, say
from lms_leiderschap.errors import SettingError
from lms_leiderschap.settings import InstitutionEntry, Settings

SIGNS_SHOWN = 16  # of a fingerprint: enough to tell keys apart
ATTEMPTS = 5  # several processes that begin at once write the same line


def add_words(commands: Words) -> None:
    words = commands.add("accept-key", accept_key, "Sign with the key that lies here, when the one "
                                                   "before is lost.")  # fmt: skip
    add_institution(words)


def check_keys(registry: Any) -> None:
    """Raises SettingError when an open database signed with a key that is not here.

    One that is away is left: it is looked at the next time that a server starts.
    """
    for entry in registry.lms.institutions:
        if not registry.databases.is_away(entry):
            _note(registry, entry)


def accept_key(options: argparse.Namespace) -> int:
    """What the lost key signed cannot be checked any more; work itself is not signed."""
    opened(options, lambda registry, entry: _note(registry, entry, accept=True), plugins=False)
    say("From now on this key signs. Proofs, links and backups of the one before are refused "
        "until its file lies here as KEY.when.key.")  # fmt: skip
    return 0


def _note(registry: Any, entry: InstitutionEntry, *, accept: bool = False) -> None:
    from lms_leiderschap.institution.actions import SIGNS, sign_with

    settings = registry.lms
    manager = transaction.TransactionManager(explicit=True)
    connection = registry.databases.connect(entry, manager)
    try:
        for attempt in manager.attempts(ATTEMPTS):
            with attempt:
                root = connection.root()
                if not accept:
                    _refuse_missing(settings, entry, root.get(SIGNS))
                keys = [_fingerprint(key) for key in settings.signing_keys(entry)]
                sign_with(root, entry.key, keys, accept=accept)
    finally:
        connection.close()


def _refuse_missing(settings: Settings, entry: InstitutionEntry, before: str | None) -> None:
    """Before a new key is made: for a database that never signed, or in place of one put aside."""
    if before is None or settings.key_of(entry).exists():
        return
    if before not in map(_fingerprint, settings.replaced_keys(entry)):
        raise SettingError(f"There is no {settings.key_of(entry)}, and {entry.key} signed with "
                           "one. Put it back; if it is lost for good: lms accept-key")  # fmt: skip


def _fingerprint(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:SIGNS_SHOWN]
