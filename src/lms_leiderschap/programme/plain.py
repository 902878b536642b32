"""How every spec is made of plain values and turned into plain values again.

Plain values are str, int, float, bool, None, and lists and dicts of them: what a TOML file holds
and what an edition keeps. Dates and times become ISO text on the way in.
"""

import datetime
import types
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from difflib import get_close_matches
from functools import cache
from typing import (
    Any,
    Literal,
    Protocol,
    Self,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    runtime_checkable,
)

PlainData = dict[str, object]


@runtime_checkable
class Spec(Protocol):
    """What all specs have in common: a key and a plain form."""

    @property
    def key(self) -> str: ...

    def to_data(self) -> PlainData: ...


class SpecError(ValueError):
    """A spec cannot be made of these values.

    sentence  what is wrong and, where it is a matter of spelling, the nearest right word
    word      the key or value that is wrong, to find the line it stands on
    path      the way to it in the file: table names and, inside a list, positions from 0
    """

    def __init__(self, sentence: str, word: str = "", path: tuple[str | int, ...] = ()) -> None:
        way = ".".join(str(step) for step in (*path, word) if step != "")
        super().__init__(f"{way}: {sentence}" if path else sentence)
        self.sentence = sentence
        self.word = word
        self.path = path

    def inside(self, *step: str | int) -> "SpecError":
        """The same error, seen from one level up."""
        return SpecError(self.sentence, self.word, (*step, *self.path))


def nearest(word: str, known: Sequence[str]) -> str:
    """A tail for a sentence that names the right word closest to a wrong one, or nothing."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else "."


def plain(value: object) -> object:
    """A copy of a value as plain values; SpecError for anything that has no plain form."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Plain):
        return value.to_data()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise SpecError(f"{type(value).__name__} is not a plain value.")


@dataclass(frozen=True, slots=True)
class Plain:
    """Ground of every spec: checked and made immutable when built, plain both ways.

    Lists become tuples, tables become the spec of their field. A field whose word is reserved in
    Python ends in an underscore here and not in the data (``from_``). A field whose metadata says
    ``{"plain": False}`` (a function) is part of the value in Python and not of its plain form.
    """

    def __post_init__(self) -> None:
        hints = _hints(cast(Hashable, type(self)))
        beside = {field.name for field in fields(self) if not _is_plain(field)}
        for name, hint in hints.items():
            if name in beside:
                continue
            given = getattr(self, name)
            object.__setattr__(self, name, _inside(_word(name), _fitted, hint, given))

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> Self:
        """Build from plain values; SpecError for an unknown or missing key or a wrong kind."""
        names = {_word(field.name): field for field in fields(cls) if _is_plain(field)}
        for word in data:
            if word not in names:
                tail = nearest(word, list(names))
                raise SpecError(f"'{word}' is not a field of {_noun(cls)}{tail}", word)
        for word, field in names.items():
            needed = field.default is MISSING and field.default_factory is MISSING
            if needed and word not in data:
                raise SpecError(f"{_noun(cls)} needs '{word}'.")
        make = cast(Callable[..., Self], cls)
        return make(**{names[word].name: value for word, value in data.items()})

    def to_data(self) -> PlainData:
        """The plain form; a field that is empty by default and is empty now is left out."""
        data: PlainData = {}
        for field in fields(self):
            if not _is_plain(field):
                continue
            value = getattr(self, field.name)
            if field.default is MISSING or value != field.default or _says_something(value):
                data[_word(field.name)] = plain(value)
        return data


def _is_plain(field: Field[Any]) -> bool:
    return bool(field.metadata.get("plain", True))


def _word(name: str) -> str:
    return name.rstrip("_")


def _noun(kind: type) -> str:
    return kind.__name__


def _says_something(value: object) -> bool:
    return isinstance(value, bool | int) or bool(value)


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _inside(
    step: str | int, make: Callable[[Any, Any], object], hint: object, value: object
) -> object:
    try:
        return make(hint, value)
    except SpecError as error:
        # A wrong value stands on the line of its key; a wrong key deeper down has its own.
        if isinstance(step, str) and not error.word and not error.path:
            raise SpecError(error.sentence, step) from None
        raise error.inside(step) from None


def _fitted(hint: Any, value: object) -> object:
    origin = get_origin(hint)
    if hint is object:
        return plain(value)
    if origin in (Union, types.UnionType):
        return _one_of(get_args(hint), value)
    if origin is Literal:
        return _chosen(get_args(hint), value)
    if origin is not None and issubclass(origin, Mapping):
        return _table(get_args(hint)[1], value)
    if origin is not None and issubclass(origin, Sequence):
        return _row(get_args(hint)[0], value)
    return _single(hint, value)


def _one_of(hints: tuple[Any, ...], value: object) -> object:
    if value is None and type(None) in hints:
        return None
    rest = [hint for hint in hints if hint is not type(None)]
    for hint in rest[:-1]:
        if isinstance(hint, type) and isinstance(value, hint):
            return _single(hint, value)
    return _fitted(rest[-1], value)


def _chosen(words: tuple[Any, ...], value: object) -> object:
    if value in words:
        return value
    known = [str(word) for word in words]
    raise SpecError(f"'{value}' is none of {', '.join(known)}{nearest(str(value), known)}")


def _table(hint: Any, value: object) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise SpecError(f"a table is needed here, not {value!r}.")
    return {str(key): _inside(str(key), _fitted, hint, item) for key, item in value.items()}


def _row(hint: Any, value: object) -> tuple[object, ...]:
    if not isinstance(value, list | tuple):
        raise SpecError(f"a list is needed here, not {value!r}.")
    return tuple(_inside(place, _fitted, hint, item) for place, item in enumerate(value))


def _single(kind: Any, value: object) -> object:
    if isinstance(kind, type) and issubclass(kind, Plain) and isinstance(value, Mapping):
        return kind.from_data(value)
    if kind is int and isinstance(value, bool):
        raise SpecError(f"a whole number is needed here, not {value!r}.")
    if isinstance(value, kind):
        return value
    words = {str: "a text", int: "a whole number", bool: "true or false"}
    raise SpecError(f"{words.get(kind, kind.__name__)} is needed here, not {value!r}.")
