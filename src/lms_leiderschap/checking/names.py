"""Whether what a plugin keeps and serves carries its name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lms_leiderschap.checking.finding import Finding
from lms_leiderschap.checking.handlers import kinds_of
from lms_leiderschap.checking.subject import Subject

REPAIR_KIND = "begin the kind with the name of the plugin."
REPAIR_ROUTE = "begin its name with the name of the plugin and a '-' or '_'."


def check(subject: Subject) -> Iterator[Finding]:
    """Kinds of records, and the routes and views of a deep plugin."""
    name = subject.plugin.name
    for version, records in subject.earlier.items():
        for kind in sorted({record["kind"] for record in records}):
            if not carries(name, kind):
                yield Finding(f"The kind '{kind}' of version {version} does not carry the name.",
                              REPAIR_KIND, *subject.place_of_fixture(version))  # fmt: skip
    for kind in kinds_of(subject):
        if not carries(name, kind):
            yield Finding(f"A handler keeps records of the kind '{kind}'.", REPAIR_KIND,
                          *subject.place(kind))  # fmt: skip
    if name in subject.plugins.deep:
        yield from _deep(subject)


def carries(name: str, word: str) -> bool:
    """Whether a word is the name of a plugin, or that with something behind it."""
    plain = word.replace("_", "-")
    own = name.replace("_", "-")
    return plain == own or plain.startswith(f"{own}-")


def _deep(subject: Subject) -> Iterator[Finding]:
    name = subject.plugin.name
    for kind in ("routes", "views"):
        for item in subject.site.config.introspector.get_category(kind) or ():
            found = item["introspectable"]
            place = _place(subject, found)
            word = str(found.get("name") or "")
            if place and word and not carries(name, word):
                yield Finding(f"The {kind[:-1]} '{word}' does not carry the name of the plugin.",
                              REPAIR_ROUTE, *place)  # fmt: skip


def _place(subject: Subject, found: Any) -> tuple[str, int] | None:
    """Where it was added, when that is in the plugin."""
    info = getattr(found, "action_info", None)
    file = Path(str(getattr(info, "file", "")))
    if subject.root is None or not file.is_relative_to(subject.root):
        return None
    return file.relative_to(subject.root).as_posix(), int(getattr(info, "line", 0))
