"""Sending one mail of the outbox, after the transaction that wrote it; never twice.

Claim it in one transaction, send it in none, settle it in another. What ends in between leaves a
claim behind, and after a quarter of an hour that counts as unsure.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

from lms_leiderschap.institution.model import Institution
from lms_leiderschap.message.actions import claim, has_ended, rests, settle, with_link
from lms_leiderschap.message.carrier import Outcome
from lms_leiderschap.message.mail import BadAddress, compose, localizer_for
from lms_leiderschap.settings import InstitutionEntry, Settings
from lms_leiderschap.submission.proof import proof_of
from lms_leiderschap.web.logs import Personal

log = logging.getLogger(__name__)
BAD_ADDRESS = "address"
REST = timedelta(seconds=30)


class Sender:
    """Delivers entries of the kind "mail" of one process. While nobody answers it rests, so that
    a server that is down is asked for one mail and not for all of them."""

    def __init__(self, carrier: Any) -> None:
        self.carrier = carrier
        self.rests_until = datetime.min.replace(tzinfo=UTC)

    def __call__(self, jobs: Any, entry: InstitutionEntry, number: int) -> None:
        if jobs.at < self.rests_until:
            return
        message = take(jobs, entry, number)
        if message is None:
            return
        outcome = self.carrier.carry(entry.key, number, message)
        if outcome.state == "down":
            self.rests_until = jobs.at + REST
        finish(jobs, entry, number, outcome)


def waits(_entry: InstitutionEntry, institution: Institution, item: dict[str, Any],
          at: datetime) -> bool:  # fmt: skip
    """Whether a mail waits for its add-on; one that has ended does not wait any more."""
    return rests(institution, item) and not has_ended(item, at)


def take(jobs: Any, entry: InstitutionEntry, number: int) -> EmailMessage | None:
    """Claim a mail and return it; None when there is nothing to send (any more)."""
    registry = jobs.registry

    def look(institution: Institution) -> EmailMessage | None:
        item = institution.outbox.get(number)
        if item is None or item["state"] != "waiting":
            return None
        if item["data"]["to"] not in institution.people or has_ended(item, jobs.at):
            institution.outbox.drop(number)
            return None
        if rests(institution, item):
            return None
        translate = localizer_for(registry, item["data"]["locale"]).translate
        try:
            message = compose(
                with_check(with_link(institution, item, at=jobs.at), entry, registry.lms),
                number,
                institution,
                entry=entry,
                sender=registry.lms.mail_from,
                translate=translate,
            )
        except BadAddress:
            settle(institution, number, "refused", BAD_ADDRESS, at=jobs.at)
            return None
        claim(institution, number, at=max(jobs.at, datetime.now(UTC)))
        return message

    return jobs.within(entry, look)


def with_check(item: dict[str, Any], entry: InstitutionEntry, settings: Settings) -> dict[str, Any]:
    """A receipt goes out with its signed proof: the mail is kept when all else is gone."""
    values = item["data"]["values"]
    if item["data"]["letter"] != "receipt":
        return item
    signed = proof_of(values["receipt"], settings.secret(entry))
    values = {**values, "check": f"{entry.url}/controle?proof={signed}"}
    return {**item, "data": {**item["data"], "values": values}}


def finish(jobs: Any, entry: InstitutionEntry, number: int, outcome: Outcome) -> None:
    """Settle a claimed mail."""
    jobs.registry.metrics.mails.labels(entry.key, outcome.state).inc()
    if outcome.state != "sent":
        log.warning("mail %016x of %s: %s %s", number, entry.key, outcome.state,
                    Personal(outcome.why))  # fmt: skip
    state = "later" if outcome.state == "down" else outcome.state
    jobs.within(
        entry, lambda institution: settle(institution, number, state, outcome.why, at=jobs.at)
    )
