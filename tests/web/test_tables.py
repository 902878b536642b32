"""What a spreadsheet opens is what was kept, and nothing in it is calculated."""

from __future__ import annotations

import csv
import io
from itertools import chain

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lms_leiderschap.web.tables import export_rows

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


def read(data: bytes) -> list[list[str]]:
    source = io.StringIO(data.decode("utf-8-sig"), newline="")
    return list(csv.reader(source, delimiter=";", strict=True))


@pytest.mark.promise("C7")
@given(st.lists(st.lists(texts, min_size=1, max_size=4), max_size=4))
@example([["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)"], ["\t=1", "\r=1", " =1", "＝1"]])
@example([["anna@x.nl", "de Wit; Anna", 'Anna "de" Wit', "a\nb"]])
def test_cells_are_texts_and_come_back(rows: list[list[str]]) -> None:
    found = read(export_rows(rows))
    for cell, kept in zip(chain(*found), chain(*rows), strict=True):
        assert cell in (kept, f"'{kept}")
        assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))
