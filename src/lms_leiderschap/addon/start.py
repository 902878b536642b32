"""What add-ons add to the application: their shelf, their events, panels, pages and jobs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from lms_leiderschap.addon.actions import note_gone
from lms_leiderschap.addon.data_actions import forget_person
from lms_leiderschap.addon.shelf import Shelves
from lms_leiderschap.institution.actions import SYSTEM
from lms_leiderschap.institution.model import Institution, institution_of
from lms_leiderschap.people.events import PersonErased
from lms_leiderschap.permissions import Permission
from lms_leiderschap.texts import _

PARTS = ("shelf", "faults", "happenings", "delivery", "panels", "gate")


def look_for_gone(institution: Institution, at: datetime, shelves: Shelves) -> None:
    """Write down which add-ons that are on are no longer installed, or are again.

    After a start without plugins nothing is installed on purpose, and nothing is written.
    """
    if shelves.installed.resting:
        return
    shelf = shelves.of(institution)
    for name, addon in list(institution.addons.items()):
        gone = not shelf.knows(name)
        if addon.gone != gone and (addon.on or not gone):
            note_gone(institution, name, gone, by=SYSTEM, at=at)


def includeme(config: Any) -> None:
    for part in PARTS:
        config.include(f"lms_leiderschap.addon.{part}")
    config.scan("lms_leiderschap.addon.views")
    shelves = config.registry.shelves
    config.add_job(
        "look for gone add-ons",
        lambda institution, at: look_for_gone(institution, at, shelves),
        timedelta(seconds=5),
    )
    config.add_subscriber(
        lambda event: forget_person(institution_of(event.person), event.person.__name__),
        PersonErased,
    )
    config.add_navigation(
        80, _("Add-ons"), "/addons", "puzzle",
        lambda request: request.has_permission(Permission.MANAGE_ADDONS, request.institution),
    )  # fmt: skip
