"""The texts that lie beside the Python file that writes a plugin.

So ``brief="opdracht.md"`` means the file in ``texts/`` beside the module that says it, as it does
in a folder plugin.
"""

from __future__ import annotations

from importlib.resources.abc import Traversable
from typing import Any

from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.specfile import TEXT_FILE
from lms_leiderschap.programme.mistake import nearest
from lms_leiderschap.texts import _


def names_a_file(value: Any) -> bool:
    """Whether a text, or anything inside lists and tables, is the name of a Markdown file."""
    if isinstance(value, dict):
        return any(names_a_file(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(names_a_file(item) for item in value)
    return isinstance(value, str) and TEXT_FILE.fullmatch(value) is not None


def with_texts(value: Any, folder: Traversable) -> Any:
    """Plain data with each name of a file in ``texts/`` replaced by its text; PluginError."""
    if isinstance(value, dict):
        return {key: with_texts(item, folder) for key, item in value.items()}
    if isinstance(value, list):
        return [with_texts(item, folder) for item in value]
    if not (isinstance(value, str) and TEXT_FILE.fullmatch(value)):
        return value
    try:
        return (folder / "texts" / value).read_text("utf-8")
    except OSError:
        known = _texts(folder)
        sentence = _("there is no file ${file}.", mapping={"file": f"texts/{value}"})
        raise PluginError(sentence, near=nearest(value, known)) from None


def _texts(folder: Traversable) -> list[str]:
    texts = folder / "texts"
    return sorted(path.name for path in texts.iterdir()) if texts.is_dir() else []
