"""Rows for a spreadsheet, as CSV: the only place that writes one. No cell of it is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

MEDIA_TYPE = "text/csv"
# What spreadsheets take for the begin of a formula (OWASP, CSV injection), also in full width.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def export_rows(rows: Iterable[Sequence[str]]) -> bytes:
    """The rows, heads first, as Dutch spreadsheets open them: semicolons, and UTF-8 with its mark.

    A text that a spreadsheet would calculate has an apostrophe before it, which shows it as text.
    """
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerows([_cell(text) for text in row] for row in rows)
    return target.getvalue().encode("utf-8-sig")


def _cell(text: str) -> str:
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
