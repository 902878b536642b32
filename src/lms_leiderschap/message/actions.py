"""Writing mail into the outbox, and everything that can be done to it there.

Whoever hands in, gives a date or releases feedback writes the mail in the same transaction; it is
composed and sent after the commit. An entry goes through the states

    waiting   due at a moment, tried `tries` times; `why` is the last reason
    sending   claimed at `claimed_at` by one worker; no other touches it
    refused   the server will never take it
    unsure    it may have arrived: nobody knows, so a person decides
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from lms_leiderschap.errors import Refusal
from lms_leiderschap.feedback.model import Feedback
from lms_leiderschap.institution.actions import post, record
from lms_leiderschap.institution.model import Institution, institution_of
from lms_leiderschap.people.actions import LINK_LASTS, make_link
from lms_leiderschap.people.model import Person
from lms_leiderschap.store.folder import Resource, new_id, path_of
from lms_leiderschap.submission.model import Submission, Work
from lms_leiderschap.texts import _
from lms_leiderschap.web.jobs import later
from lms_leiderschap.web.layout import locale_for

MAIL = "mail"
MOST_TRIES = 24  # about three days
CLAIM_LASTS = timedelta(minutes=15)
NOTICE_LASTS = timedelta(days=30)


def mail_link(
    institution: Institution, person: Person | None, kind: str, *, at: datetime
) -> None:
    """Write the mail with a single-use link; it is not sent any more once the link has ended.

    person  None writes one to nobody: as much work, and whoever delivers it drops it
    The link itself is made as the mail leaves: what opens a door does not lie about in a database
    and its backups.
    """
    titles = [*person.enrolments.values(), *person.teaches.values()] if person else []
    _write(
        institution,
        person.__name__ if person else new_id(),
        kind,
        "",
        {"editions": ", ".join(titles)},
        ends=at + LINK_LASTS[kind],
        at=at,
    )


def with_link(institution: Institution, item: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """The entry of a mail with a new link in it, where its letter has one.

    An entry of an earlier release names its link already.
    """
    data = item["data"]
    kind = data["letter"]
    if kind not in LINK_LASTS or data["path"]:
        return item
    ends = datetime.fromisoformat(data["ends"])
    token = make_link(institution.people[data["to"]], kind, at=at, ends=ends)
    return item | {"data": data | {"path": f"/link/{kind}/{token}"}}


def mail_receipt(submission: Submission, *, at: datetime) -> None:
    """Write the receipt to every author of a version."""
    for author in submission.authors:
        _write(
            submission,
            author,
            "receipt",
            _address(submission, "receipt"),
            {"work": submission.assignment.title, "receipt": submission.receipt},
            speaks=submission.work.edition.address,
            at=at,
        )


def mail_date(work: Work, until: datetime, reason: str, *, at: datetime) -> None:
    """Write to everyone whose work it is that it has another date."""
    for author in work.holder.authors(at):
        _write(
            work,
            author,
            "date_given",
            _address(work),
            {"work": work.assignment.title, "until": until.isoformat(), "reason": reason},
            speaks=work.edition.address,
            at=at,
        )


def mail_feedback(feedback: Feedback, *, at: datetime) -> None:
    """Write to every author that there is feedback: from whom and how much, not what it says."""
    submission = feedback.submission
    for author in submission.authors:
        _write(
            submission,
            author,
            "feedback",
            _address(submission, "feedback"),
            {
                "work": submission.assignment.title,
                "version": submission.number,
                "points": feedback.points,
            },
            names={"teacher": feedback.author},
            speaks=submission.work.edition.address,
            at=at,
        )


def mail_notice(person: Person, addon: str, title: str, text: str, *, at: datetime) -> None:
    """Write what an add-on wants to tell a person; it is sent while the add-on is on, or never.

    addon  its name; title  how people know it
    at     not sent before this moment, and no longer than ``NOTICE_LASTS`` after it
    """
    said = {"title": title, "text": text, "addon": addon}
    _write(person, person.__name__, "notice", "/", said, ends=at + NOTICE_LASTS, at=at)


def rests(institution: Institution, item: Mapping[str, Any]) -> bool:
    """Whether a mail waits for an add-on that is off or paused."""
    addon = item["data"]["values"].get("addon", "")
    return bool(addon) and not institution.addons[addon].acts


def _address(resource: Resource, view: str = "") -> str:
    return "/" + "/".join([*path_of(resource), view]).rstrip("/")


def _write(
    about: Resource,
    to: str,
    letter: str,
    path: str,
    values: Mapping[str, Any],
    *,
    at: datetime,
    names: Mapping[str, str] | None = None,
    speaks: str = "",
    ends: datetime | None = None,
) -> None:
    institution = institution_of(about)
    locale = locale_for(institution.people.get(to), speaks, institution.address)
    post(
        about,
        MAIL,
        {
            "to": to,
            "letter": letter,
            "path": path,
            "values": dict(values),
            "names": names or {},
            "locale": locale,
            "ends": ends.isoformat() if ends else "",
        },
        at=at,
    )


def mail_in(institution: Institution) -> list[tuple[int, dict[str, Any]]]:
    """Every mail that has not left: (number, entry)."""
    return [(number, item) for number, item in institution.outbox.items() if item["kind"] == MAIL]


def has_ended(item: Mapping[str, Any], at: datetime) -> bool:
    """Whether the link in a mail no longer works, so that sending it would only confuse."""
    ends = item["data"]["ends"]
    return bool(ends) and datetime.fromisoformat(ends) <= at


def claim(institution: Institution, number: int, *, at: datetime) -> None:
    """Mark a waiting mail as in the hands of one worker. Two claims at once conflict."""
    item = institution.outbox.get(number)
    if item is not None:
        institution.outbox.replace(
            number, item | {"state": "sending", "claimed_at": at.isoformat()}
        )


def settle(institution: Institution, number: int, state: str, why: str, *, at: datetime) -> None:
    """Write down what became of a claimed mail.

    state  "sent" takes it out, "later" lets it wait (refused after MOST_TRIES), "refused" and
           "unsure" keep it for the office
    why    what the office reads with it
    """
    item = institution.outbox.get(number)
    if item is None:
        return
    if state == "sent":
        institution.outbox.drop(number)
    elif state == "later" and item["tries"] < MOST_TRIES:
        institution.outbox.replace(number, later(item, at) | {"why": why})
    else:
        kept = "unsure" if state == "unsure" else "refused"
        institution.outbox.replace(number, item | {"state": kept, "why": why})


def look_after(institution: Institution, repeatable: bool, *, at: datetime) -> None:
    """Find claims whose worker has ended, and drop links that have.

    repeatable  whether a mail that may have left can simply be tried again
    """
    for number, item in mail_in(institution):
        if item["state"] != "sending":
            if has_ended(item, at):
                institution.outbox.drop(number)
        elif datetime.fromisoformat(item["claimed_at"]) + CLAIM_LASTS <= at:
            settle(institution, number, "later" if repeatable else "unsure", "", at=at)


def send_again(institution: Institution, number: int, *, by: str, at: datetime) -> None:
    """Let a mail that waits, is refused or unsure be sent now; one that has left is no matter.

    Raises Refusal while it is being sent.
    """
    item = _idle(institution, number)
    if item is not None:
        institution.outbox.replace(
            number, item | {"state": "waiting", "tries": 0, "due": at.isoformat(), "why": ""}
        )
        _record(institution, item, "mail.sent_again", by, at)


def throw_away(institution: Institution, number: int, *, by: str, at: datetime) -> None:
    """Take a mail out unsent. Raises Refusal while it is being sent."""
    item = _idle(institution, number)
    if item is not None:
        institution.outbox.drop(number)
        _record(institution, item, "mail.thrown_away", by, at)


def _idle(institution: Institution, number: int) -> dict[str, Any] | None:
    item = institution.outbox.get(number)
    if item is None or item["kind"] != MAIL:
        return None
    if item["state"] == "sending":
        raise Refusal(_("This mail is being sent right now. Look again in a minute."))
    return item


def _record(
    institution: Institution, item: Mapping[str, Any], verb: str, by: str, at: datetime
) -> None:
    record(
        institution,
        verb,
        by=by,
        at=at,
        person=item["data"]["to"],
        letter=item["data"]["letter"],
        state=item["state"],
    )


def forget_person(person: Person) -> None:
    """Drop every mail to a person, or that names them."""
    institution = institution_of(person)
    for number, item in mail_in(institution):
        data = item["data"]
        if person.__name__ in (data["to"], *data["names"].values()):
            institution.outbox.drop(number)
