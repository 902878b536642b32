"""Work that was handed in, to give feedback on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from lms_leiderschap.store.folder import find
from lms_leiderschap.submission.actions import submit
from lms_leiderschap.submission.blocks import blocks_from_text

KEY = "hrm.ink-met-medewerkers"
NOW = datetime.now(UTC).replace(microsecond=0)
SITUATION = (
    "Het team wil dit graag. Wij bezoeken elkaars lessen nog niet.\n\n"
    "In november vulden 23 collega's de lijst in. Het gemiddelde is 3,1."
)


def writing(text: str) -> dict[str, Any]:
    return {"blocks": blocks_from_text(text), "in_file": False}


def hand_in(
    institution: Any, who: str, notify: Any, *, text: str = SITUATION, at: datetime | None = None
) -> Any:
    """A version of this person's work, with two parts written."""
    person = institution.people[institution.emails[f"{who}@{institution.key}.test"]]
    enrolment = find(institution, tuple(next(iter(person.enrolments)).split("/")))
    return hand_in_work(enrolment.work[KEY], person.__name__, notify, text=text, at=at)


def hand_in_work(
    work: Any, by: str, notify: Any, *, text: str = SITUATION, at: datetime | None = None
) -> Any:
    answers = {
        "situation": (writing(text), None),
        "activities": ({"entries": [{"who": "kerngroep", "what": "gelezen"}]}, None),
    }
    return submit(
        work,
        answers,
        without=[part.key for part in work.report.parts],
        key=f"key-{by}-{len(work.versions)}",
        by=by,
        at=at or NOW - timedelta(hours=2),
        notify=notify,
    )
