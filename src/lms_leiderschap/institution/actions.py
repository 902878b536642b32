"""What can be done to an institution itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lms_leiderschap.errors import Refusal, SettingError
from lms_leiderschap.institution.model import Institution, institution_of
from lms_leiderschap.store.evolving import EVOLVED, latest
from lms_leiderschap.store.folder import Resource, path_of
from lms_leiderschap.store.root import INSTITUTION
from lms_leiderschap.texts import _

SYSTEM = "system"
SIGNS = "signs_with"  # at the root of a database: the fingerprint of its signing key


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


def sign_with(root: Any, key: str, fingerprints: Sequence[str], *, accept: bool = False) -> None:
    """Keep with which key the institution of this database signs; that of now stands first.

    root          of the database of institution `key`; nothing is kept while nobody founded it
    fingerprints  of the signing key that lies here and of those it replaced
    accept        another key may take the place of one that is lost
    Raises SettingError when it signed with a key that is not among them.
    """
    before = root.get(SIGNS)
    if INSTITUTION not in root or before == fingerprints[0]:
        return
    if before and before not in fingerprints and not accept:
        raise SettingError(
            f"The signing key of {key} is not the one its database signed with ({before}). Put "
            "that file back in lms.keys; if it is lost for good: lms accept-key")  # fmt: skip
    root[SIGNS] = fingerprints[0]


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
