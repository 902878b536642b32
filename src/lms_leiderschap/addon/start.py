"""What add-ons add to the application: their shelf, their events, panels, pages and jobs."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from lms_leiderschap.addon.actions import note_gone
from lms_leiderschap.addon.privacy_actions import forget_person, let_go
from lms_leiderschap.addon.shelf import Shelves
from lms_leiderschap.institution.actions import SYSTEM
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.people.events import PersonErased
from lms_leiderschap.permissions import Permission
from lms_leiderschap.plugin.loader import Plugins
from lms_leiderschap.store.presence import Presence
from lms_leiderschap.texts import _

PARTS = ("shelf", "faults", "happenings", "delivery", "panels", "gate")
GONE_AFTER = timedelta(minutes=2)


def look_for_gone(institution: Institution, at: datetime, shelves: Shelves,
                  presence: Presence) -> None:  # fmt: skip
    """Write down which add-ons that are on are no longer installed, or are again.

    Gone is what no process of this machine has had for two minutes: until then a server may be
    starting again. After a start without plugins nothing is installed on purpose, and nothing is
    written.
    """
    if shelves.installed.resting:
        return
    shelf = shelves.of(institution)
    known = [name for name in institution.addons if shelf.knows(name)]
    presence.note(institution.key, known, at)
    for name, addon in list(institution.addons.items()):
        if name in known:
            note_gone(institution, name, False, by=SYSTEM, at=at)
        elif addon.on and presence.misses(institution.key, name, at, GONE_AFTER):
            note_gone(institution, name, True, by=SYSTEM, at=at)


def set_of(plugins: Plugins) -> str:
    """A name for what is installed: processes that have the same share their jobs."""
    names = sorted([*plugins.loaded, *(row.name for row in plugins.parked)])
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]


def includeme(config: Any) -> None:
    for part in PARTS:
        config.include(f"lms_leiderschap.addon.{part}")
    config.scan("lms_leiderschap.addon.views")
    shelves, side = config.registry.shelves, config.registry.side
    config.add_job(
        f"look for gone add-ons {set_of(shelves.installed)}",
        lambda institution, at: look_for_gone(institution, at, shelves, side.presence),
        timedelta(seconds=5),
    )
    config.add_job("let go of what add-ons kept before", let_go, timedelta(days=1))
    config.add_subscriber(lambda event: forget_person(event.person, side.faults), PersonErased)
    config.add_navigation(
        80, _("Add-ons"), "/addons", "puzzle",
        lambda request: request.has_permission(Permission.MANAGE_ADDONS, request.institution),
    )  # fmt: skip
