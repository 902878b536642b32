"""Work that was handed in, to give feedback on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

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
    institution: Any,
    who: str,
    notify: Any,
    *,
    text: str = SITUATION,
    at: datetime | None = None,
    key: str = KEY,
) -> Any:
    """A version of this person's work, with one part written."""
    person = institution.people[institution.emails[f"{who}@{institution.key}.test"]]
    path = next(iter(person.enrolments))
    work = institution
    for name in path.split("/"):
        work = work[name]
    work = work.work[key]
    parts = [part.key for part in work.report.parts]
    answers = {
        "situation": (writing(text), None),
        "activities": ({"entries": [{"who": "kerngroep", "what": "gelezen"}]}, None),
    }
    return submit(
        work,
        {part: value for part, value in answers.items() if part in parts},
        without=parts,
        key=f"key-{who}-{len(work.versions)}",
        by=person.__name__,
        at=at or NOW - timedelta(hours=2),
        notify=notify,
    )
