"""Everything that is kept about a person, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.people.model import Person
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.store.folder import Folder, Resource, find


def export_person(person: Person) -> dict[str, Any]:
    """The person, and every branch of the tree that is theirs."""
    institution = institution_of(person)
    return {
        "person": {"id": person.__name__} | plain(person),
        "enrolments": {path: plain(find(institution, tuple(path.split("/"))))
                       for path in person.enrolments},
        "audit": [line for line in institution.audit.newest(10 ** 9)
                  if person.__name__ in (line["by"], line["facts"].get("person"))
                  or person.__name__ in line["about"]],
    }


def plain(value: Any) -> Any:
    """A resource with all below it, without secrets and without the way back up."""
    if isinstance(value, StoredFile):
        return {"name": value.name, "size": value.size, "sha256": value.sha256}
    if isinstance(value, Folder) and not vars(value).keys() - {"_members", "__name__",
                                                               "__parent__"}:
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, Resource):
        secret = getattr(value, "secret", ())
        return {name: plain(item) for name, item in _state(value).items()
                if not name.startswith(("_v_", "__")) and name not in secret}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping) or hasattr(value, "items"):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value


def _state(resource: Resource) -> dict[str, Any]:
    resource._p_activate()
    return dict(vars(resource))
