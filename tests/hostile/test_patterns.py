"""Every regular expression takes time that grows with its text and not with the square of it.

Texts are made from the expression itself: what leads to each of its repeats, then what it repeats,
thousands of times, then a sign that ends it. Only growth is judged, so a busy machine is none.
"""

from __future__ import annotations

import ast
import importlib
import re
import time
from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import lms_leiderschap

SOURCE = Path(lms_leiderschap.__file__).parent
USES = ("fullmatch", "match", "search", "sub", "subn", "split", "findall", "finditer")
LONG = 50  # repeats that may go on longer than this are worth an attack
FEW, MANY = 10, 10_240  # how often it is repeated, first and at most
WORTH_MEASURING = 0.01  # seconds below which a clock tells nothing
MOST_GROWTH = 3.0  # for twice the text: linear is 2, quadratic 4
KINDS = {
    "CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a",
    "CATEGORY_NOT_DIGIT": "a", "CATEGORY_NOT_SPACE": "a", "CATEGORY_NOT_WORD": "!",
}  # fmt: skip


class Used(NamedTuple):
    """An expression of the project and one way in which it is used."""

    place: str
    pattern: re.Pattern[Any]
    use: str


def used_patterns() -> list[Used]:
    """Every compiled expression of a module by its name, with the methods called on that name;
    and those that stand as text in a call of `re` itself."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        place = str(path.relative_to(SOURCE))
        for node in ast.walk(tree):
            if (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                    and node.func.attr in USES):  # fmt: skip
                pattern = _pattern_of(node, path)
                found += [Used(place, pattern, node.func.attr)] if pattern else []
    return sorted(set(found), key=lambda used: (used.place, str(used.pattern.pattern), used.use))


def _pattern_of(call: ast.Call, path: Path) -> re.Pattern[Any] | None:
    owner = call.func.value  # type: ignore[attr-defined]
    if isinstance(owner, ast.Name) and owner.id == "re":
        return re.compile(call.args[0].value) if isinstance(call.args[0], ast.Constant) else None
    if not isinstance(owner, ast.Name) or not owner.id.isupper():
        return None
    module = ".".join(["lms_leiderschap", *path.relative_to(SOURCE).with_suffix("").parts])
    named = getattr(importlib.import_module(module.removesuffix(".__init__")), owner.id, None)
    return named if isinstance(named, re.Pattern) else None


def sample(nodes: Any) -> str:
    """A short text that these parts of an expression take."""
    return "".join(_one(str(kind), value) for kind, value in nodes)


def _one(kind: str, value: Any) -> str:
    if kind == "LITERAL":
        return chr(value)
    if kind == "NOT_LITERAL":
        return "a" if value != ord("a") else "b"
    if kind == "ANY":
        return "a"
    if kind == "IN":
        return _member(value)
    if kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return sample(value[2]) * max(1, value[0])
    if kind == "SUBPATTERN":
        return sample(value[3])
    if kind == "ATOMIC_GROUP":
        return sample(value)
    if kind == "BRANCH":
        return sample(value[1][0])
    return ""  # an edge, a look around, or a group that came before


def _member(options: Any) -> str:
    """A sign of a class; of one that names what it is not, a sign that it does not name."""
    if str(options[0][0]) == "NEGATE":
        inside = re.compile("[" + "".join(map(_spelled, options[1:])) + "]")
        return next(sign for sign in "a1 -\n\"<>\x00\u0301é" if not inside.match(sign))
    kind, value = str(options[0][0]), options[0][1]
    return {"LITERAL": lambda: chr(value), "RANGE": lambda: chr(value[0]),
            "CATEGORY": lambda: KINDS[str(value)]}[kind]()  # fmt: skip


def _spelled(option: Any) -> str:
    kind, value = str(option[0]), option[1]
    if kind == "RANGE":
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    if kind == "LITERAL":
        return re.escape(chr(value))
    return {"CATEGORY_DIGIT": r"\d", "CATEGORY_SPACE": r"\s", "CATEGORY_WORD": r"\w",
            "CATEGORY_NOT_DIGIT": r"\D", "CATEGORY_NOT_SPACE": r"\S",
            "CATEGORY_NOT_WORD": r"\W"}[str(value)]  # fmt: skip


def attacks(nodes: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """(what leads there, what is repeated) for every repeat that may go on."""
    for kind, value in nodes:
        named = str(kind)
        if named.endswith("_REPEAT") and value[1] > LONG:
            yield before, sample(value[2])
            yield before, sample([(kind, value)]) + "a"
        if named.endswith("_REPEAT"):
            yield from attacks(value[2], before)
        elif named == "SUBPATTERN":
            yield from attacks(value[3], before)
        elif named == "BRANCH":
            for branch in value[1]:
                yield from attacks(branch, before)
        before += _one(named, value)


def _run(used: Used, text: Any) -> Callable[[], Any]:
    method = getattr(used.pattern, used.use)
    empty = b"" if isinstance(text, bytes) else ""
    if used.use in ("sub", "subn"):
        return lambda: method(empty, text)
    return lambda: list(method(text)) if used.use == "finditer" else method(text)


def spent(act: Callable[[], Any]) -> float:
    """Seconds of this process."""
    start = time.process_time()
    act()
    return time.process_time() - start


def growth(used: Used, before: str, pump: str) -> float:
    """How many times as long twice the text takes; 0 when it takes no time at all, and without
    end when a text of a few hundred signs takes time already."""
    size = FEW
    while size <= MANY:
        first = spent(_run(used, _text(used, before, pump, size)))
        if first > WORTH_MEASURING:
            return inf if size <= 32 * FEW else _measured(used, before, pump, size)
        size *= 2
    return 0


def _measured(used: Used, before: str, pump: str, size: int) -> float:
    """The least of three, as a machine that does other work only makes it longer."""
    short, twice = (_run(used, _text(used, before, pump, n)) for n in (size, 2 * size))
    return min(spent(twice) for _turn in range(3)) / min(spent(short) for _turn in range(3))


def _text(used: Used, before: str, pump: str, size: int) -> Any:
    text = before + pump * size + "\x00"
    return text.encode() if isinstance(used.pattern.pattern, bytes) else text


def parsed(pattern: re.Pattern[Any]) -> Any:
    """The parts of an expression, as the compiler of the standard library sees them."""
    text = pattern.pattern
    text = text.decode("latin-1") if isinstance(text, bytes) else text
    return re._parser.parse(text, pattern.flags & ~re.UNICODE)  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["(a+)+b", "a+$", r"\s+$", "(a|a)*b"])
def test_an_expression_that_takes_the_square_is_seen(text: str) -> None:
    used = Used("here", re.compile(text), "search")
    assert any(growth(used, *attack) > MOST_GROWTH for attack in attacks(parsed(used.pattern)))


@pytest.mark.promise("B7")
def test_no_expression_takes_the_square_of_its_text(figure: Any) -> None:
    tried, worst, slow = 0, 0.0, []
    patterns = used_patterns()
    for used in patterns:
        for before, pump in set(attacks(parsed(used.pattern))):
            tried += 1
            grown = growth(used, before, pump)
            worst = max(worst, grown)
            if grown > MOST_GROWTH:
                slow.append((used.place, used.pattern.pattern, used.use, before, pump, grown))
    assert slow == []
    figure("regular expressions", len(patterns), "uses", at_least=60)
    figure("texts made against them", tried, "texts", at_least=100)
    figure("growth for twice the text", worst, "times", at_most=MOST_GROWTH)
