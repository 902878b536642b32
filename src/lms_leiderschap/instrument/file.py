"""Reading an instrument file and the worked examples beside it; a mistake gets its line."""

from collections.abc import Mapping, Sequence
from importlib.resources.abc import Traversable
from typing import Any

from lms_leiderschap.programme.mistake import SpecError, nearest
from lms_leiderschap.programme.place import folder_of_caller, json_of, line_of, text_of, toml_of
from lms_leiderschap.texts import _


class InstrumentError(SpecError):
    """A file of an instrument cannot be read.

    file  as the plugin calls it; line  from 1
    """

    def __init__(self, message: str, file: str, line: int, near: str = "") -> None:
        super().__init__(message, near=near)
        self.file = file
        self.line = line


def placed(error: SpecError, text: str, name: str) -> InstrumentError:
    """The same error with the file and the line it stands on."""
    line = line_of(text, error.path, error.word)
    return InstrumentError(error.message, name, line, error.near)


def beside_caller(name: str) -> tuple[Traversable, str]:
    """The folder in which the calling module keeps an instrument file, and how to call it."""
    here = folder_of_caller()
    inside = here / "instruments"
    if (inside / name).is_file():
        return inside, "instruments/"
    if (here / name).is_file():
        return here, ""
    known = [path.name for path in inside.iterdir()] if inside.is_dir() else []
    raise InstrumentError("there is no such file.", name, 1, nearest(name, sorted(known)))


def read_data(path: Traversable, name: str) -> tuple[str, dict[str, Any]]:
    """The text of a file and its data, of schema 1; InstrumentError."""
    text = text_of(path, name, InstrumentError)
    data = toml_of(text, name, InstrumentError)
    if "schema" not in data or isinstance(data["schema"], bool) or data["schema"] != 1:
        sentence = _("this file needs: schema = ${schema}", mapping={"schema": "1"})
        raise InstrumentError(sentence, name, line_of(text, (), "schema"))
    return text, data


def read_examples(folder: Traversable, place: str, key: str) -> Sequence[Mapping[str, object]]:
    """The worked examples of an instrument in ``examples/*.json``, in the order of their names.

    A file says for which instrument it is; each of its cases may say so instead.
    """
    root = folder / "examples"
    if not root.is_dir():
        return []
    names = sorted(path.name for path in root.iterdir() if path.name.endswith(".json"))
    read = [_example(root / name, f"{place}examples/{name}") for name in names]
    return [file for file in read if key in _instruments(file)]


def _example(path: Traversable, name: str) -> Mapping[str, object]:
    data = json_of(text_of(path, name, InstrumentError), name, InstrumentError)
    if not isinstance(data, dict) or not isinstance(data.get("cases"), list):
        raise InstrumentError(_("this file needs a list 'cases'."), name, 1)
    for case in data["cases"]:
        if not isinstance(case, dict) or not {"name", "given", "expect"} <= case.keys():
            raise InstrumentError(_("each case needs 'name', 'given' and 'expect'."), name, 1)
    return {"file": name, **data}


def _instruments(file: Mapping[str, Any]) -> set[object]:
    own = file.get("instrument")
    return {own or case["given"].get("instrument") for case in file["cases"]} | {own}
