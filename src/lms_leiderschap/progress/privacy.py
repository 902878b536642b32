"""Everything that is kept about a person, as plain values."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from lms_leiderschap.feedback.model import Feedback, feedback_by
from lms_leiderschap.group.model import Group
from lms_leiderschap.institution.model import Institution, institution_of
from lms_leiderschap.people.model import Person
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.store.folder import Folder, Resource, find, path_of
from lms_leiderschap.submission.model import Submission


def export_person(person: Person, sessions: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """The person, every branch of the tree that is theirs, and what they did elsewhere.

    sessions  what is kept beside the tree, as SideStore.export gives it
    Feedback on their work is theirs once it is released.
    """
    institution, me = institution_of(person), person.__name__
    lines = [line for line in institution.audit.newest(10 ** 9)
             if me in (line["by"], line["facts"].get("person")) or me in line["about"]]
    taught = {line["about"] for line in lines
              if line["verb"] == "teacher.given" and line["facts"]["person"] == me}
    return {
        "person": {"id": me} | plain(person),
        "enrolments": {path: plain(find(institution, tuple(path.split("/"))))
                       for path in person.enrolments},
        "groups": {"/".join(path_of(group)): _shared(group, me)
                   for group in institution.groups.values()
                   if me in [member for member, _since, _until in group.members]},
        "feedback": dict(_given(institution, taught, me)),
        "mail": [{"letter": data["letter"], "values": data["values"], "at": item["at"]}
                 for _number, item in institution.outbox.items()
                 if (data := item["data"]).get("to") == me],  # not its path: a link opens doors
        "addons": [{"addon": addon.__name__, "kind": place[0], "key": place[1],
                    "data": kept.data, "at": kept.at, **kept.others}
                   for addon, place, kept in institution.addons.about(me)],
        "sessions": [dict(session) for session in sessions],
        "audit": lines,
    }


def _shared(group: Group, person_id: str) -> Any:
    """The work of a group; for who has left, the versions that are theirs too."""
    if any(member == person_id and until is None for member, _since, until in group.members):
        return {"title": group.title, "work": plain(group.work)}
    return {"title": group.title,
            "versions": {"/".join(path_of(version)): plain(version)
                         for version in _versions(group) if person_id in version.authors}}


def _given(institution: Institution, taught: Collection[str],
           person_id: str) -> Iterator[tuple[str, Any]]:
    """What a person wrote as a teacher, in whatever state, by its path in the tree."""
    holders = [group for group in institution.groups.values() if group.editions[0] in taught]
    editions = (find(institution, tuple(path.split("/"))) for path in taught)
    for holder in chain(holders, *(edition.enrolments.values() for edition in editions)):
        for version in _versions(holder):
            if feedback := feedback_by(version, person_id):
                yield "/".join(path_of(feedback)), plain(feedback)


def _versions(holder: Any) -> Iterator[Submission]:
    for work in holder.work.values():
        yield from work.versions.values()


def plain(value: Any) -> Any:
    """A resource with all below it, without secrets, unreleased feedback and the way back up."""
    if isinstance(value, StoredFile):
        return {"name": value.name, "size": value.size, "sha256": value.sha256}
    if isinstance(value, Folder) and not vars(value).keys() - {"_members", "__name__",
                                                               "__parent__"}:
        return {name: plain(member) for name, member in value.items()
                if not isinstance(member, Feedback) or member.state == "released"}
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
