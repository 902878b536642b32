"""What the log of a server says: one JSON object per line, without a word that somebody typed.

Names, addresses, file names and texts get into logs by way of messages: "no person anna@…", and
above all by way of exceptions, whose sentence often quotes what was wrong. So of an exception only
its class and where it happened are written; its sentence only where we know it holds no text of
people: our own settings, and the numbers of the system. Paths and query strings are not written
either: a page is named by what it is (`Work:submit`).
"""

from __future__ import annotations

import json
import logging
import sqlite3
import traceback
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lms_leiderschap.errors import SettingError

ACCESS = "lms_leiderschap.request"  # the logger of the one line per request
MOST_FRAMES = 30
MOST_CAUSES = 5
LEFT_OUT = "[left out]"


@dataclass(slots=True)
class Answering:
    """One request, as the log and the figures know it.

    id           of the request, in the header X-Request-Id of its answer
    institution  key; "" before the host was looked at
    route        class of the context and name of the view, as "Work:submit"
    attempts     how often it was begun; errors  classes of what made it begin again
    reference    what an error page told the reader; "" without one
    """

    id: str
    institution: str = ""
    route: str = ""
    attempts: int = 1
    errors: tuple[str, ...] = ()
    reference: str = ""


current: ContextVar[Answering | None] = ContextVar("lms.answering", default=None)


class Personal(str):
    """A text for a log message that may be about persons: a JSON line leaves it out."""

    __slots__ = ()


class JsonLines(logging.Formatter):
    """For [formatter_…] of an ini file: `class = lms_leiderschap.web.logs.JsonLines`."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "time": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
        }
        if answering := current.get():
            line |= {"request": answering.id, "institution": answering.institution}
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = causes(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=lambda _value: LEFT_OUT)


def _message(record: logging.LogRecord) -> str:
    """The sentence of the caller, with what it is about as far as that may be told."""
    arguments = record.args
    if isinstance(arguments, tuple):
        arguments = tuple(map(_told, arguments))
    elif arguments:
        arguments = {name: _told(value) for name, value in arguments.items()}
    # Whoever logs an exception itself, and not a sentence about it, says what it says.
    message = _told(record.msg)
    try:
        return str(message) % arguments if arguments else str(message)
    except (TypeError, ValueError):
        return str(message)


def _told(value: object) -> object:
    if isinstance(value, BaseException):
        return words_of(value)
    return LEFT_OUT if isinstance(value, Personal) else value


def words_of(error: BaseException) -> str:
    """The class of an error, and of what it says only what cannot hold a text of people."""
    name = type(error).__name__
    if type(error) is SettingError:
        return f"{name}: {error}"
    if isinstance(error, OSError) and error.errno is not None:
        return f"{name}: errno {error.errno}"
    if isinstance(error, sqlite3.Error):
        return f"{name}: {getattr(error, 'sqlite_errorname', 'of the module')}"
    code = getattr(error, "pgcode", None)
    return f"{name}: {code}" if isinstance(code, str) and code.isalnum() else name


def causes(error: BaseException) -> list[dict[str, Any]]:
    """What happened and what that came from: words, and the places in the code, outermost first."""
    found: list[dict[str, Any]] = []
    after: BaseException | None = error
    while after is not None and len(found) < MOST_CAUSES:
        frames = traceback.extract_tb(after.__traceback__)[-MOST_FRAMES:]
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        found.append({"type": type(after).__module__, "words": words_of(after), "at": places})
        after = after.__cause__ or (None if after.__suppress_context__ else after.__context__)
    return found
