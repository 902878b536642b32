"""Folder plugins as zips, for tests."""

from __future__ import annotations

from collections.abc import Mapping

from lms_leiderschap.plugin.parcel.archive import admit, write_zip
from lms_leiderschap.plugin.parcel.bundle import Bundle

HEAD = """schema = "plugin/1"
name = "{name}"
version = "{version}"
title = "Samen leren"
author = "Academie Noord"
licence = "CC-BY-4.0"
changes = {{ "{version}" = "Een vraag erbij." }}
"""
MODULE = """schema = "module/1"

# A comment that stays.
[module]
key = "{module}"
title = "Samen leren in het team"
learning_goals = [{{ key = "herkennen", text = "Herkennen wat een lerend team kenmerkt." }}]
work_form = {{ before = "voor.md" }}

[[assignments]]
key = "punt"
title = "Eén verbeterpunt"
brief = "Voer één verbeterpunt uit."
report = "{module}-verslag"
"""
REPORT = """schema = "report/1"
[report]
key = "{module}-verslag"
title = "Verslag van een verbeterpunt"
[[parts]]
key = "findings"
title = "Bevindingen"
guidance = "Wat is er te zien?"
"""
MORE = """[[parts]]
key = "reflection"
title = "Terugblik"
guidance = "Wat leverde het op?"
"""


def files(name: str = "samen", version: str = "1.0.0", module: str = "samen-leren",
          **more: str) -> dict[str, bytes]:  # fmt: skip
    """The files of a small folder; more files by path, with "/" written as "__"."""
    texts = {
        "plugin.toml": HEAD.format(name=name, version=version),
        f"modules/{module}.toml": MODULE.format(module=module),
        f"reports/{module}-verslag.toml": REPORT.format(module=module),
        "texts/voor.md": "Lees *eerst* dit.",
    } | {path.replace("__", "/"): text for path, text in more.items()}
    return {path: text.encode() for path, text in texts.items()}


def bundle(found: Mapping[str, bytes] | None = None) -> Bundle:
    return admit(found or files())


def zipped(found: Mapping[str, bytes] | None = None) -> bytes:
    return write_zip(bundle(found))
