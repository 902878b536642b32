"""The files of a folder plugin while somebody changes them in the browser.

A file whose data do not change keeps its bytes. A text that lies in ``texts/`` is written back
there, any other stands in the TOML itself. What a form does not know is left as it is.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from lms_leiderschap.addon.making.toml import toml_of
from lms_leiderschap.plugin.parcel.archive import admit
from lms_leiderschap.plugin.parcel.bundle import Bundle
from lms_leiderschap.plugin.parcel.manifest import MANIFEST
from lms_leiderschap.plugin.specfile import TEXT_FILE
from lms_leiderschap.web.cleaning import clean_line, clean_text

Table = dict[str, Any]
HEAD = "plugin.toml"
LONGEST_KEY = 48
_NOT_IN_KEYS = re.compile("[^a-z0-9]+")


class FolderFiles:
    """The files of one folder, changed in memory; `bundle` gives them back as a whole."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._before = dict(files)
        self._files = dict(files)

    def __contains__(self, path: str) -> bool:
        return path in self._files

    def paths(self, folder: str) -> list[str]:
        """Paths of the files directly in a folder, in their order."""
        return sorted(path for path in self._files if path.rpartition("/")[0] == folder)

    def table(self, path: str) -> Table:
        """The data of a TOML file, a fresh copy to change. KeyError when there is none."""
        return tomllib.loads(self._read(path))

    def put(self, path: str, data: Table) -> None:
        """Write a TOML file; one that says the same already keeps its bytes.

        A text in ``texts/`` that only this file named, and names no more, goes.
        """
        if path in self and self.table(path) == data:
            return
        named = self._texts_of(path) if path in self else set()
        self._files[path] = toml_of(data).encode()
        self._drop_texts(named)

    def add(self, path: str, data: bytes) -> None:
        """Put in a file as it is."""
        self._files[path] = data

    def remove(self, path: str) -> None:
        """Take out a file, with the texts that only it names. KeyError when there is none."""
        named = self._texts_of(path) if path.endswith(".toml") else set()
        del self._files[path]
        self._drop_texts(named)

    def bundle(self) -> Bundle:
        """All files; once something changed without the signature, which covered what was.

        PluginError when a folder may not hold them.
        """
        if self._files == self._before:
            return admit(self._files)
        return admit({path: data for path, data in self._files.items() if path != MANIFEST})

    def text(self, value: str) -> str:
        """What a text field says: the content of the file that it names, or itself."""
        path = f"texts/{value}"
        return self._read(path) if TEXT_FILE.fullmatch(value) and path in self else value

    def written(
        self, former: str, text: str, name: str, clean: Callable[[str], str] | None = None
    ) -> str:
        """What goes in a text field so that it says `text`.

        former  what stands there now: a text, or the name of a file, which is written then
        name    of the file for a text that would itself be read as the name of one
        clean   how the form tidies a text; where that makes no difference nothing is changed
        """
        if (clean or tidy)(self.text(former)) == text:
            return former
        path = f"texts/{former}"
        if TEXT_FILE.fullmatch(former) and path in self and self._times_named(former) == 1:
            self._put_text(path, text)
            return former
        if not TEXT_FILE.fullmatch(text):
            return text
        known = {path.removeprefix("texts/").removesuffix(".md") for path in self.paths("texts")}
        file = f"{free_name(name, known)}.md"
        self._put_text(f"texts/{file}", text)
        return file

    def _put_text(self, path: str, text: str) -> None:
        """An empty text is an empty file. With a line end at its end it is no name of a file."""
        self._files[path] = f"{text}\n".encode() if text else b""

    def _read(self, path: str) -> str:
        return re.sub("\r\n?", "\n", self._files[path].decode())

    def _specs(self) -> list[str]:
        return [path for path in self._files if path.endswith(".toml") and path != HEAD]

    def _texts_of(self, path: str) -> set[str]:
        found = _strings(self.table(path)) if path != HEAD else ()
        return {value for value in found if TEXT_FILE.fullmatch(value)}

    def _times_named(self, name: str) -> int:
        return sum(list(_strings(self.table(path))).count(name) for path in self._specs())

    def _drop_texts(self, names: set[str]) -> None:
        for name in names - {name for path in self._specs() for name in self._texts_of(path)}:
            self._files.pop(f"texts/{name}", None)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


def tidy(text: str) -> str:
    """A text of several lines as a form gives it back."""
    cleaned: str = clean_text(text)
    return cleaned.strip()


def line(text: str) -> str:
    """A text of one line as a form gives it back."""
    cleaned: str = clean_line(text)
    return cleaned


def settle(table: Table, word: str, value: Any, absent: Any = "") -> None:
    """Set a field, unless it is left out and means the same that way."""
    if word in table or value != absent:
        table[word] = value


def key_from(title: str) -> str:
    """A key made of a title, "" when no letter of it can be in one."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    key = _NOT_IN_KEYS.sub("-", plain).strip("-")[:LONGEST_KEY].rstrip("-")
    return key if not key or key[0].isalpha() else f"n{key}"[:LONGEST_KEY]


def free_key(title: str, taken: Collection[str], otherwise: str = "deel") -> str:
    """A key made of a title that nothing else has."""
    return free_name(key_from(title) or otherwise, taken)


def free_name(name: str, taken: Collection[str]) -> str:
    """The name itself, or with the first number after it that nothing else has."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found


def matched(former: Sequence[str], texts: Sequence[str]) -> list[int | None]:
    """For each text the place of the former one that it is, or was made of; None for a new one.

    The same text wins, then the one that stood in that place and stands nowhere any more.
    """
    found: list[int | None] = [None] * len(texts)
    left = set(range(len(former)))
    for place, text in enumerate(texts):
        same = next((other for other in sorted(left) if former[other] == text), None)
        if same is not None:
            found[place] = same
            left.discard(same)
    for place, other in enumerate(found):
        if other is None and place in left:
            found[place] = place
            left.discard(place)
    return found
