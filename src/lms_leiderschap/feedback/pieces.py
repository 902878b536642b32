"""Feedback in pieces: what is saved by itself, so that two tabs keep each other's text. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lms_leiderschap.feedback.model import Feedback


def pieces_of(
    notes: Mapping[str, str],
    choices: Mapping[str, str],
    steps: Sequence[str] | None,
    decision: str | None,
    until: str,
) -> dict[str, Any]:
    """What was sent as pieces by name, each as Feedback.piece gives it."""
    sent: dict[str, Any] = {f"note-{key}": text for key, text in notes.items()}
    sent |= {f"choice-{key}": level for key, level in choices.items()}
    if steps is not None:
        sent["steps"] = tuple(steps)
    if decision is not None:
        sent["decision"] = (decision, until)
    return sent


def moved(feedback: Feedback, sent: Mapping[str, Any], serial: Mapping[str, int]) -> list[str]:
    """Names of the pieces that were saved elsewhere since and say something else there."""
    return [
        name
        for name, value in sent.items()
        if feedback.serials.get(name, 0) != serial.get(name, 0) and feedback.piece(name) != value
    ]


def says_something(value: Any) -> bool:
    """Whether there is anything in a piece."""
    return any(value) if isinstance(value, tuple) else bool(value)
