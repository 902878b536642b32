"""What plugins hear of: events of the core, put into the outbox in the transaction they happen in.

One entry per event and add-on that has a handler for it, is on, and is used by the edition.
Delivery is a matter of `addon/delivery.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from lms_leiderschap.enrolment.events import Enrolled
from lms_leiderschap.feedback.events import FeedbackReleased
from lms_leiderschap.institution.actions import post
from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.store.folder import Resource
from lms_leiderschap.submission.events import SubmissionReceived
from lms_leiderschap.submission.model import Submission

EVENT = "addon_event"


class Telling:
    """Turns events of the core into entries of the outbox, for the plugins of this machine."""

    def __init__(self, plugins: Iterable[Plugin]) -> None:
        self.plugins = [plugin for plugin in plugins if plugin.behaviour.handlers]

    def received(self, event: SubmissionReceived) -> None:
        """``submission.handed_in``, once for each author."""
        for person, data in _about_version(event.submission, event.at):
            self._tell("submission.handed_in", event.submission, event.submission.id, person, data,
                       event.at)  # fmt: skip

    def released(self, event: FeedbackReleased) -> None:
        """``feedback.released``, and ``submission.returned`` when that is the decision."""
        feedback = event.feedback
        names = ["feedback.released"]
        if feedback.decision == "returned":
            names.append("submission.returned")
        for person, data in _about_version(feedback.submission, event.at):
            for name in names:
                self._tell(name, feedback.submission, feedback.__name__, person,
                           {**data, "decision": feedback.decision}, event.at)  # fmt: skip

    def enrolled(self, event: Enrolled) -> None:
        """``enrolment.confirmed``."""
        enrolment = event.enrolment
        data = {"edition": enrolment.edition.name, "at": event.at.isoformat(),
                "person": enrolment.person_id}  # fmt: skip
        self._tell("enrolment.confirmed", enrolment, enrolment.__name__, enrolment.person_id, data,
                   event.at)  # fmt: skip

    def _tell(self, name: str, about: Resource, happening: str, person: str,
              data: Mapping[str, Any], at: datetime) -> None:  # fmt: skip
        institution = institution_of(about)
        edition = edition_of(about)
        for plugin in self.plugins:
            addon = institution.addons.get(plugin.name)
            heard = name in plugin.behaviour.handlers and addon is not None and addon.on
            if heard and is_used(plugin, edition):
                key = f"{name}:{happening}:{person}"
                post(about, EVENT, {"addon": plugin.name, "event": name, "key": key,
                                    "person": person, "data": dict(data)}, at=at)  # fmt: skip


def _about_version(submission: Submission, at: datetime) -> Iterable[tuple[str, dict[str, Any]]]:
    work = submission.work
    for person in submission.authors:
        yield person, {
            "edition": work.edition.name, "at": at.isoformat(), "person": person,
            "place": work.place, "assignment": work.assignment.key,
            "version": submission.number,
        }  # fmt: skip


def edition_of(about: Any) -> Edition:
    """The edition that a resource below it, or work of a group, belongs to."""
    at = about
    while not isinstance(at, Edition):
        at = at.edition if hasattr(at, "edition") else at.__parent__
    return at


def is_used(plugin: Plugin, edition: Edition) -> bool:
    """Whether an edition runs on a plugin; one that brings no module serves them all."""
    return not plugin.modules or plugin.name in edition.plugins


def includeme(config: Any) -> None:
    telling = Telling(config.registry.plugins.loaded.values())
    config.add_subscriber(telling.received, SubmissionReceived)
    config.add_subscriber(telling.released, FeedbackReleased)
    config.add_subscriber(telling.enrolled, Enrolled)
