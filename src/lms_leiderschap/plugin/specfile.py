"""One TOML file with specs, and the line a mistake stands on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.programme.mistake import SpecError, nearest
from lms_leiderschap.programme.place import line_of, text_of, toml_of
from lms_leiderschap.programme.plain import Plain, needed
from lms_leiderschap.texts import _

__all__ = ["TEXT_FILE", "SpecFile", "line_of"]

AnySpec = TypeVar("AnySpec", bound=Plain)
TEXT_FILE = re.compile(r"[\w-]+\.md")
# Characters. A small file that names one long text ten thousand times would fill the memory.
MOST_FILLED = 1_000_000


def _length(value: Any) -> int:
    """Characters of all texts in plain data together."""
    if isinstance(value, dict):
        return sum(map(_length, value.values()))
    if isinstance(value, list):
        return sum(map(_length, value))
    return len(value) if isinstance(value, str) else 0


@dataclass(frozen=True, slots=True)
class SpecFile:
    """One TOML file: its name inside the folder, its text and what it holds."""

    name: str
    text: str
    data: Mapping[str, Any]

    @classmethod
    def read(
        cls, path: Traversable, name: str, schema: str, texts: Mapping[str, str] | None = None
    ) -> "SpecFile":
        """Read and check the first line; ``texts`` holds the Markdown files it may name."""
        text = text_of(path, name, PluginError)
        data = toml_of(text, name, PluginError)
        if data.pop("schema", None) != schema:
            sentence = _("this file needs: schema = ${schema}", mapping={"schema": f'"{schema}"'})
            raise PluginError(sentence, name, 1)
        file = cls(name, text, data)
        if texts is None:
            return file
        filled = file._with_texts(data, texts)
        if _length(filled) > MOST_FILLED:
            sentence = _("with the texts that it names, this file is longer than ${n} characters.",
                         mapping={"n": MOST_FILLED})  # fmt: skip
            raise PluginError(sentence, name, 1)
        return cls(name, text, filled)

    def spec(self, kind: type[AnySpec], data: Mapping[str, object]) -> AnySpec:
        """Build a spec from data of this file; a mistake gets its line."""
        try:
            return kind.from_data(data)
        except SpecError as error:
            line = line_of(self.text, error.path, error.word)
            raise PluginError(error.message, self.name, line, error.near) from error

    def flat(self, table: str) -> dict[str, object]:
        """The fields of the main table, with the other tables beside them."""
        if not isinstance(self.data.get(table), Mapping):
            sentence = _("this file needs a table [${table}].", mapping={"table": table})
            raise PluginError(sentence, self.name, 1)
        rest = {key: value for key, value in self.data.items() if key != table}
        return {**self.data[table], **rest}

    def rows(self, table: str) -> list[Mapping[str, object]]:
        """The tables of one name, each written as [[name]]; none is an empty list."""
        found = self.data.get(table, [])
        if isinstance(found, list) and all(isinstance(row, Mapping) for row in found):
            return found
        sentence = needed(_("a list of tables"), found).message
        raise PluginError(sentence, self.name, line_of(self.text, (), table))

    def _with_texts(self, value: Any, texts: Mapping[str, str]) -> Any:
        """The value with every name of a Markdown file replaced by the text of that file."""
        if isinstance(value, dict):
            return {key: self._with_texts(item, texts) for key, item in value.items()}
        if isinstance(value, list):
            return [self._with_texts(item, texts) for item in value]
        if not (isinstance(value, str) and TEXT_FILE.fullmatch(value)):
            return value
        if value not in texts:
            sentence = _("there is no file ${file}.", mapping={"file": f"texts/{value}"})
            line = line_of(self.text, (), value)
            raise PluginError(sentence, self.name, line, nearest(value, sorted(texts)))
        return texts[value]
