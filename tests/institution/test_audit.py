"""The log is a chain: whoever changes a line that was sealed is found out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms_leiderschap.institution.model import AuditLog


def sealed(number: int) -> AuditLog:
    log = AuditLog()
    for each in range(number):
        log.waiting.put({"at": f"2026-01-01T00:00:{each:02}", "by": "a", "verb": "v", "why": "",
                         "about": str(each), "facts": {}})  # fmt: skip
    log.seal()
    return log


def _removed(lines: list[Any], at: int, _other: int) -> None:
    del lines[at]


def _altered(lines: list[Any], at: int, other: int) -> None:
    name = sorted(lines[at])[other % len(lines[at])]
    lines[at] = lines[at] | {name: f"{lines[at][name]}x"}


def _reordered(lines: list[Any], at: int, other: int) -> None:
    lines[at], lines[other] = lines[other], lines[at]


@pytest.mark.promise("E7")
@settings(max_examples=1000, deadline=None)
@given(st.sampled_from([_removed, _altered, _reordered]), st.integers(0, 9), st.integers(0, 9))
def test_whatever_is_done_to_the_log_is_found(how: Any, at: int, other: int) -> None:
    log = sealed(10)
    head, lines = log.head, list(log.sealed.values())
    how(lines, at, other)
    if lines == list(log.sealed.values()):
        return  # changed places with itself
    log.sealed.clear()
    log.sealed.update(dict(enumerate(lines, 1)))
    number, seal = head
    witnessed = log.sealed.get(number, {}).get("seal") == seal
    assert log.broken_at() is not None or not witnessed
