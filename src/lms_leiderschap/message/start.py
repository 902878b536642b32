"""What this slice adds to the application."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from lms_leiderschap.errors import SettingError
from lms_leiderschap.feedback.events import FeedbackReleased
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.message.actions import (
    MAIL,
    forget_person,
    look_after,
    mail_date,
    mail_feedback,
    mail_link,
    mail_receipt,
)
from lms_leiderschap.message.carrier import carrier_for
from lms_leiderschap.message.delivery import Sender, waits
from lms_leiderschap.message.mail import BadAddress, address_of
from lms_leiderschap.people.events import LinkAsked, PersonErased
from lms_leiderschap.permissions import Permission
from lms_leiderschap.submission.events import DateGiven, SubmissionReceived
from lms_leiderschap.texts import _

VIEWS = "lms_leiderschap.message.views"


def on_link(event: LinkAsked) -> None:
    """A link goes out by mail."""
    mail_link(event.institution, event.person, event.kind, at=event.at)


def on_received(event: SubmissionReceived) -> None:
    """Authors get the receipt, also as mail."""
    mail_receipt(event.submission, at=event.at)


def on_date(event: DateGiven) -> None:
    """Whoever got another date hears it, with the reason."""
    mail_date(event.work, event.until, event.reason, at=event.at)


def on_released(event: FeedbackReleased) -> None:
    """Authors hear that there is feedback."""
    mail_feedback(event.feedback, at=event.at)


def on_erased(event: PersonErased) -> None:
    """Nothing more goes to somebody who is erased."""
    forget_person(event.person)


def includeme(config: Any) -> None:
    settings = config.registry.lms
    carrier = carrier_for(settings)
    try:
        address_of(settings.mail_from)
    except BadAddress as error:
        raise SettingError("lms.mail_from must be an e-mail address.") from error

    def watch(institution: Institution, at: datetime) -> None:
        look_after(institution, carrier.repeatable, at=at)

    for subscriber, event in (
        (on_link, LinkAsked),
        (on_received, SubmissionReceived),
        (on_date, DateGiven),
        (on_released, FeedbackReleased),
        (on_erased, PersonErased),
    ):
        config.add_subscriber(subscriber, event)
    config.add_delivery(MAIL, Sender(carrier), waits)
    config.add_job("look after mail", watch, timedelta(minutes=1))
    config.scan(VIEWS, ignore=None if settings.demo else f"{VIEWS}.mailbox")
    config.add_navigation(
        60,
        _("Outgoing mail"),
        "/mail",
        "mail",
        lambda request: request.has_permission(Permission.RUN_EDITION, request.institution),
    )
