"""The audit log as people read it: what was done, in words, and what it was about."""

from __future__ import annotations

from typing import Any

from lms_leiderschap.institution.model import Institution
from lms_leiderschap.store.folder import Resource
from lms_leiderschap.texts import _

LOOKED_THROUGH = 2000
MOST_NAMES = 3

VERBS = {
    "addon.back": _("An add-on is installed again"),
    "addon.destroyed": _("Destroyed the data of an add-on"),
    "addon.draft_begun": _("Began a draft of an add-on"),
    "addon.draft_dropped": _("Threw a draft of an add-on away"),
    "addon.exported": _("Took an export of an add-on"),
    "addon.gone": _("An add-on is no longer installed"),
    "addon.paused": _("Paused an add-on"),
    "addon.received": _("Added a version of an add-on"),
    "addon.removed": _("Removed an add-on, its data stay"),
    "addon.resumed": _("Let a paused add-on run again"),
    "addon.set": _("Changed the settings of an add-on"),
    "addon.switched_off": _("Switched an add-on off"),
    "addon.switched_on": _("Switched an add-on on"),
    "addon.update_undone": _("Undid an update of an add-on"),
    "addon.updated": _("Updated an add-on"),
    "edition.moved": _("Moved an edition to another version of its modules"),
    "edition.opened": _("Opened an edition"),
    "enrolment.invited_again": _("Sent the invitation again"),
    "enrolment.made": _("Enrolled a participant"),
    "feedback.released": _("Released feedback"),
    "file.attached": _("Added a file"),
    "file.detached": _("Took a file out"),
    "group.formed": _("Formed a group"),
    "group.joined": _("Added somebody to a group"),
    "group.left": _("Took somebody out of a group"),
    "lists.rebuilt": _("Rebuilt the lists"),
    "institution.key_accepted": _("Accepted another signing key"),
    "mail.sent_again": _("Had a mail sent again"),
    "mail.thrown_away": _("Threw a mail away"),
    "meeting.chosen": _("Chose another meeting"),
    "meeting.moved": _("Moved a meeting"),
    "meeting.planned": _("Planned a meeting"),
    "person.blocked": _("Blocked an account"),
    "person.erased": _("Erased a person"),
    "person.password_changed": _("Changed the password"),
    "person.profile_changed": _("Changed the profile"),
    "person.registered": _("Added a person"),
    "person.signed_out": _("Ended all sessions of an account"),
    "person.unblocked": _("Let a blocked person in again"),
    "programme.added": _("Added a programme"),
    "role.given": _("Gave a role"),
    "role.taken": _("Took a role back"),
    "teacher.given": _("Made somebody teacher"),
    "teacher.taken": _("Took the role of teacher back"),
    "work.date_given": _("Gave another date"),
    "work.submitted": _("Handed in"),
    "work.ticked": _("Ticked a preparation"),
    "work.unticked": _("Took a tick back"),
    "work.withdrawn": _("Took a version back"),
}


def chosen_lines(
    institution: Institution, number: int, *, verb: str = "", name: str = ""
) -> list[dict[str, Any]]:
    """The newest lines of a verb or a person; a filter looks through the newest 2,000 lines.

    name  part of the name or address of who did it
    """
    if not verb and not name:
        return institution.audit.newest(number)
    wanted = name.casefold()
    known: dict[str, bool] = {}

    def is_of(person_id: str) -> bool:
        if person_id not in known:
            person = institution.people.get(person_id)
            known[person_id] = person is not None and (
                wanted in person.name.casefold() or wanted in person.email
            )
        return known[person_id]

    found = [
        line
        for line in institution.audit.newest(LOOKED_THROUGH)
        if verb in ("", line["verb"]) and (not name or is_of(line["by"]))
    ]
    return found[:number]


def resources_on(institution: Institution, path: str) -> list[Resource]:
    """What still exists on a path text, the deepest first; the institution itself is not in it."""
    at: Any = institution
    found: list[Resource] = []
    for name in filter(None, path.split("/")):
        try:
            at = at[name]
        except KeyError:
            break
        found.append(at)
    return found[::-1]


def names_of(resources: list[Resource]) -> str:
    """The names of the deepest resources that have one: "IKK-doelen, Anna de Wit, Zwolle"."""
    names = [
        str(getattr(resource, "title", "") or getattr(resource, "name", ""))
        for resource in resources
    ]
    return ", ".join([name for name in names if name][:MOST_NAMES])
