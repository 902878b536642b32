"""The texts of every mail, in the words of the catalogues. People never write templates.

A letter is made when it is sent, from the plain values that wait in the outbox.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lms_leiderschap.texts import _
from lms_leiderschap.web.formats import Formats

Values = Mapping[str, Any]
Paragraph = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says around its one link. Texts are translation strings or plain text.

    before  paragraphs above the link; after  paragraphs below it; one is a text or its lines
    """

    subject: str
    before: tuple[Paragraph, ...]
    after: tuple[Paragraph, ...] = ()


def sign_in(values: Values, fmt: Formats) -> Letter:
    return Letter(
        _("Your link to sign in at ${institution}", mapping=values),
        (
            _(
                "You sign in with this link. It works once, until ${until}.",
                mapping={"until": _moment(values["ends"], fmt)},
            ),
        ),
        (_("Did you not ask for this link? Then you need not do anything."),),
    )


def reset(values: Values, fmt: Formats) -> Letter:
    return Letter(
        _("Choose a new password for ${institution}", mapping=values),
        (
            _(
                "You choose a new password with this link. It works once, until ${until}.",
                mapping={"until": _moment(values["ends"], fmt)},
            ),
        ),
        (_("Did you not ask for this link? Then your password stays as it is."),),
    )


def invitation(values: Values, fmt: Formats) -> Letter:
    return Letter(
        _("Invitation: ${what}", mapping={"what": values["editions"] or values["institution"]}),
        (
            _("There is a place for you at ${institution}.", mapping=values),
            _(
                "You choose a password with this link. It works once, until ${until}.",
                mapping={"until": _moment(values["ends"], fmt)},
            ),
        ),
    )


def receipt(values: Values, fmt: Formats) -> Letter:
    """The proof of receipt; nothing of the work itself but names and fingerprints."""
    proof = values["receipt"]
    at = datetime.fromisoformat(proof["at"])
    lines: list[str] = [
        _("Received: ${moment}", mapping={"moment": fmt.with_zone(at)}),
        _("In world time: ${moment}", mapping={"moment": _utc(at)}),
        _("Receipt number: ${id}", mapping=proof),
    ]
    for name, size, sha256 in proof["files"]:
        lines.append(
            _(
                "File: ${name}, ${size}\nSHA-256: ${sha256}",
                mapping={"name": name, "size": fmt.size(size), "sha256": sha256},
            )
        )
    lines.append(
        _("Fingerprint of the text (SHA-256): ${sha256}", mapping={"sha256": proof["text_sha256"]})
    )
    if proof["promised"]:
        lines.append(
            _(
                "Feedback is expected by ${day} at the latest.",
                mapping={"day": _day(proof["promised"], fmt)},
            )
        )
    if proof["verdict"] == "late":
        lines.insert(1, _("This was after the date."))
    if check := values.get("check"):
        lines.append(_("Check this receipt: ${address}", mapping={"address": check}))
    named = {"work": values["work"], "version": proof["version"]}
    return Letter(
        _("Received: ${work}, version ${version}", mapping=named),
        (_("Version ${version} of ${work} was received.", mapping=named), tuple(lines)),
        (_("Keep this mail: it proves what was handed in and when."),),
    )


def date_given(values: Values, fmt: Formats) -> Letter:
    until = datetime.fromisoformat(values["until"])
    new = {"work": values["work"], "date": fmt.day(until), "moment": fmt.full(until)}
    reason = (_("The reason: ${reason}", mapping=values),) if values["reason"] else ()
    return Letter(
        _("New date for ${work}: ${date}", mapping=new),
        (_("${work} can be handed in up to ${moment}.", mapping=new), *reason),
    )


def feedback(values: Values, fmt: Formats) -> Letter:
    """That there is feedback, and how much; what it says is read behind the link only."""
    if values["points"] == 1:
        subject = _("Feedback from ${teacher} on ${work} (1 point)", mapping=values)
    elif values["points"]:
        subject = _("Feedback from ${teacher} on ${work} (${points} points)", mapping=values)
    else:
        subject = _("Feedback from ${teacher} on ${work}", mapping=values)
    return Letter(
        subject,
        (
            _(
                "${teacher} read version ${version} of ${work}. The feedback is here:",
                mapping=values,
            ),
        ),
    )


def notice(values: Values, fmt: Formats) -> Letter:
    """What an add-on tells somebody, in its own words and under its own name."""
    return Letter(
        _("Message from ${title}", mapping=values),
        tuple(paragraph for paragraph in values["text"].split("\n\n") if paragraph.strip()),
    )


LETTERS: dict[str, Callable[[Values, Formats], Letter]] = {
    "sign_in": sign_in,
    "reset": reset,
    "invitation": invitation,
    "receipt": receipt,
    "date_given": date_given,
    "feedback": feedback,
    "notice": notice,
}


def _moment(text: str, fmt: Formats) -> str:
    return fmt.full(datetime.fromisoformat(text))


def _day(text: str, fmt: Formats) -> str:
    return fmt.day(datetime.fromisoformat(text))


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
