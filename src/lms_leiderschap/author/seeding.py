"""Beginning a plugin: a folder or a package that works at once, from the files in ``seeds/``.

A seed is a file as it will stand there, with ``${name}`` and the like in it; what would be taken
for a file of the core's own has ``.in`` behind its name. ``both/`` goes into either kind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.fitting import SLUG
from lms_leiderschap.plugin.parcel.bundle import Bundle
from lms_leiderschap.plugin.parcel.checked import without_marks

SEEDS = "seeds"
NOBODY = "Vul hier in wie dit maakt."  # stands for the author until somebody fills it in
WRITTEN_AS_IT_IS = (".md",)


def plant(name: str, into: Path, *, title: str, author: str, python: bool) -> list[Path]:
    """Write a new plugin; the paths of its files.

    name    slug; into  a folder that is not there yet, or is empty
    author  "" for a sentence that asks to fill it in
    PluginError for another name, or when something is there: nothing is ever overwritten.
    """
    words = _words(name, {"title": title, "author": author or NOBODY})
    _check_free(into)
    beside = Path("src") / words["package"] if python else Path()
    wanted = {**_seeds("python" if python else "folder"),
              **{beside / path: seed for path, seed in _seeds("both").items()}}  # fmt: skip
    return [_planted(into / _named(path, words), seed, words) for path, seed in wanted.items()]


def eject(bundle: Bundle, into: Path) -> list[Path]:
    """Write the files of a folder plugin as a Python distribution; the paths of its files.

    What the package brings is equal to what the folder brought. PluginError when the folder does
    not load, or something is there already.
    """
    plugin = Plugin.from_files(bundle.traversable())
    words = _words(plugin.name, {"title": plugin.title, "version": plugin.version})
    _check_free(into)
    package = into / "src" / words["package"]
    written = [_planted(into / _named(path, words), seed, words)
               for path, seed in _seeds("eject").items()]  # fmt: skip
    for path, data in without_marks(bundle).items():
        # A leaflet at the top is about the whole.
        place = (package if "/" in path or path == "plugin.toml" else into) / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as file:
            file.write(data)
        written.append(place)
    return written


def _check_free(into: Path) -> None:
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise PluginError(f"{into} is there already; nothing was written.")


def _words(name: str, more: Mapping[str, str]) -> dict[str, str]:
    """What fills the places in a seed. PluginError for a name that is no slug."""
    if not SLUG.fullmatch(name):
        raise PluginError(
            f"'{name}' cannot be the name of a plugin: use small letters, digits, '-' and '_', "
            "beginning with a letter."
        )
    plain = re.sub(r"[-_]+", "_", name).strip("_")
    class_name = "".join(word.capitalize() for word in plain.split("_"))
    return {"name": name, "package": f"lms_{plain}", "class_name": class_name, **more}


def _seeds(kind: str) -> dict[Path, Traversable]:
    root = files(__package__ or "") / SEEDS / kind
    return {Path(*steps): seed for steps, seed in _walk(root, ())}


def _walk(
    folder: Traversable, above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Traversable]]:
    for item in sorted(folder.iterdir(), key=lambda found: found.name):
        steps = (*above, item.name)
        if item.is_dir():
            if item.name != "__pycache__":
                yield from _walk(item, steps)
        else:
            yield steps, item


def _named(path: Path, words: Mapping[str, str]) -> Path:
    """The path as it will be: ``__name__`` and ``__package__`` filled in, without ``.in``."""
    text = path.as_posix().removesuffix(".in")
    for word in ("name", "package"):
        text = text.replace(f"__{word}__", words[word])
    return Path(text)


def _planted(path: Path, seed: Traversable, words: Mapping[str, str]) -> Path:
    quoted = dict(words)
    if path.suffix not in WRITTEN_AS_IT_IS:
        # A text between quotes is escaped alike in TOML, JSON and Python.
        quoted = {word: json.dumps(text, ensure_ascii=False)[1:-1] for word, text in words.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(Template(seed.read_text("utf-8")).substitute(quoted))
    return path
