"""What this slice adds to the application."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from lms_leiderschap.institution.model import Institution, local
from lms_leiderschap.permissions import Permission
from lms_leiderschap.settings import InstitutionEntry
from lms_leiderschap.store.packing import pack
from lms_leiderschap.texts import _

log = logging.getLogger(__name__)
PACK_HOUR = 3


def seal_audit(institution: Institution, _at: datetime) -> None:
    """Chain the audit entries that were written since the last time."""
    institution.audit.seal()


def pack_at_night(jobs: Any, entry: InstitutionEntry, at: datetime) -> None:
    """Give back the room of what was replaced or erased, once in the night.

    Nothing may be read here meanwhile: SQLite keeps in its log what somebody might still read.
    """
    if jobs.within(entry, lambda institution: local(institution, at).hour == PACK_HOUR):
        for sentence in pack(jobs.registry.databases.database(entry)).wrong:
            log.critical("packing %s: %s", entry.key, sentence)


def tell_head(institution: Institution, _at: datetime) -> None:
    """Have the log of the server, which is kept elsewhere, witness the audit log."""
    if institution.audit.head:
        log.info("last sealed line of the audit log of %s: %d:%s", institution.key,
                 *institution.audit.head)  # fmt: skip


def includeme(config: Any) -> None:
    config.scan("lms_leiderschap.institution.views")
    config.add_job("seal audit", seal_audit, timedelta(minutes=1))
    config.add_job("tell the head of the audit log", tell_head, timedelta(days=1))
    config.add_upkeep("pack", pack_at_night, timedelta(hours=1))
    config.add_navigation(
        90, _("Log"), "/audit", "history",
        lambda request: request.has_permission(Permission.READ_AUDIT, request.institution))
