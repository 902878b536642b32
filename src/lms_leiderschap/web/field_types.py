"""How the text of a control becomes a value, and back. Wrong text raises the node's missing_msg."""

import re
from datetime import date, time
from typing import Any

import colander

from lms_leiderschap.web.cleaning import clean_line

_ISO_DATE = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})")
_WRITTEN_DATE = re.compile(r"(?P<d>\d{1,2})[-/. ](?P<m>\d{1,2})[-/. ](?P<y>\d{4})")
_TIME = re.compile(r"(\d{1,2})[.:](\d{2})(?:[.:]00)?")
_NUMBER = re.compile(r"[-+]?\d{1,18}")
_YEARS = range(1900, 2200)


class _OneText(colander.SchemaType):
    """A value that is written as one text."""

    def serialize(self, node: colander.SchemaNode, value: Any) -> Any:
        return colander.null if value in (colander.null, None) else self.write(value)

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        if not cstruct:
            return colander.null
        value = self.read(cstruct) if isinstance(cstruct, str) else None
        if value is None:
            raise colander.Invalid(node, node.missing_msg)
        return value

    def normal(self, cstruct: str) -> str | None:
        """The same value as the browser writes it, None when it cannot be read."""
        value = self.read(cstruct)
        return None if value is None else self.write(value)

    def read(self, text: str) -> Any:
        raise NotImplementedError

    def write(self, value: Any) -> str:
        return str(value)


class LocalDate(_OneText):
    """A day, written 2026-11-27 or 27-11-2026 (also with points, slashes or spaces)."""

    def read(self, text: str) -> date | None:
        match = _ISO_DATE.fullmatch(text) or _WRITTEN_DATE.fullmatch(text)
        if match is None or int(match["y"]) not in _YEARS:
            return None
        try:
            return date(int(match["y"]), int(match["m"]), int(match["d"]))
        except ValueError:
            return None

    def write(self, value: date) -> str:
        return value.isoformat()

    @staticmethod
    def written(value: date) -> str:
        """As people write it."""
        return f"{value.day:02}-{value.month:02}-{value.year}"


class LocalTime(_OneText):
    """A time of day to the minute, written 9.30 or 09:30."""

    def read(self, text: str) -> time | None:
        match = _TIME.fullmatch(text)
        try:
            return time(int(match[1]), int(match[2])) if match else None
        except ValueError:
            return None

    def write(self, value: time) -> str:
        return f"{value.hour:02}:{value.minute:02}"


class WholeNumber(_OneText):
    def read(self, text: str) -> int | None:
        return int(text) if _NUMBER.fullmatch(text) else None


class TextList(colander.SchemaType):
    """A list of texts, such as chosen values or file ids. An empty one counts as not filled in."""

    def serialize(self, node: colander.SchemaNode, value: Any) -> Any:
        return [] if value in (colander.null, None) else list(value)

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        if not cstruct:
            return colander.null
        if not isinstance(cstruct, list) or not all(isinstance(text, str) for text in cstruct):
            raise colander.Invalid(node, node.missing_msg)
        return [clean_line(text) for text in cstruct]
