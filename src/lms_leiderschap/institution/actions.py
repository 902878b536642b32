"""What can be done to an institution itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.model import Institution, institution_of
from lms_leiderschap.store.evolving import EVOLVED, latest
from lms_leiderschap.store.folder import Resource, path_of
from lms_leiderschap.store.root import INSTITUTION, SIGNS_WITH
from lms_leiderschap.texts import _

SYSTEM = "system"


def found(connection: Any, key: str, name: str, *, zone: str = "Europe/Amsterdam",
          address: str = "u") -> Institution:
    """Make the institution of an empty database and return it.

    connection  open ZODB connection; commit is the caller's
    Raises Refusal when the database already holds an institution.
    """
    root = connection.root()
    if INSTITUTION in root:
        raise Refusal(_("This database already holds an institution."))
    root[EVOLVED] = latest()
    root[INSTITUTION] = institution = Institution(key, name, zone=zone, address=address)
    return institution


def sign_with(root: Any, fingerprint: str) -> bool:
    """Keep with which key the institution of this database signs; whether that is another one.

    root         of a database; nothing is kept while nobody founded an institution in it
    fingerprint  of the key (``settings.fingerprint``)
    """
    if INSTITUTION not in root or root.get(SIGNS_WITH) == fingerprint:
        return False
    root[SIGNS_WITH] = fingerprint
    return True


def accept_key(root: Any, fingerprint: str, *, at: datetime) -> None:
    """Sign with another key from now on, though the one before is lost.

    Raises Refusal when nothing was signed with another one.
    """
    before = root.get(SIGNS_WITH)
    if before is None or not sign_with(root, fingerprint):
        raise Refusal(_("Nothing was signed with another key than this one."))
    record(root[INSTITUTION], "institution.key_accepted", by=SYSTEM, at=at, before=before,
           now=fingerprint)  # fmt: skip


def record(about: Resource, verb: str, *, by: str, at: datetime, why: str = "",
           **facts: Any) -> None:
    """Write one line of the audit log, in the transaction of the action it is about.

    by     id of the person who did it, or SYSTEM
    why    the reason that was given, shown with the line
    facts  plain values and ids; never names or text of people, so that erasing a person
           leaves the log whole
    """
    institution_of(about).audit.waiting.put({
        "at": at.isoformat(), "by": by, "verb": verb, "about": "/".join(path_of(about)),
        "why": why, "facts": facts})


def post(about: Resource, kind: str, data: Mapping[str, Any], *, at: datetime) -> int:
    """Put work that reaches outside into the outbox; it is done after this transaction commits.

    kind  names who delivers it ("mail", "reading")
    data  plain values
    at    when it happened; nothing is delivered before this moment
    """
    return institution_of(about).outbox.put(
        {"kind": kind, "data": dict(data), "at": at.isoformat(), "due": at.isoformat(),
         "tries": 0, "state": "waiting"})
