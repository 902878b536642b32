"""How every spec is made of plain values and turned into plain values again.

Plain values are str, int, float, bool, None, and lists and dicts of them: what a TOML file holds
and what an edition keeps. Dates and times become ISO text on the way in.
"""

import datetime
import sys
import types
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
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

from lms_leiderschap.programme.mistake import SpecError, nearest
from lms_leiderschap.texts import _

PlainData = dict[str, object]


@runtime_checkable
class Spec(Protocol):
    """What all specs have in common: a key and a plain form."""

    @property
    def key(self) -> str: ...

    def to_data(self) -> PlainData: ...


def plain(value: object) -> object:
    """A copy of a value as plain values; SpecError for anything that has no plain form."""
    if value is None or isinstance(value, bool | int | float | str):
        return exact(value)
    if isinstance(value, datetime.date | datetime.time):
        return exact(value.isoformat())
    if isinstance(value, Plain):
        return value.to_data()
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    words = {"kind": type(value).__name__}
    raise SpecError(_("${kind} is not a plain value.", mapping=words))


def exact(value: object) -> object:
    """A text, number, bool or None without the class it may have of its own.

    That class would be stored with it, and could show itself as markup. SpecError for a text with
    half a sign in it (a lone surrogate): no file and no page can hold one.
    """
    if isinstance(value, str):
        text = str.__str__(value)
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise SpecError(f"{text!r} holds half a sign, which cannot be stored.") from None
        return text
    if isinstance(value, int) and type(value) is not bool:
        return int.__int__(value)
    return float.__float__(value) if isinstance(value, float) else value


def _key(key: object) -> str:
    return cast(str, exact(str(key)))


@dataclass(frozen=True, slots=True)
class Plain:
    """Ground of every spec: checked and made immutable when built, plain both ways.

    Lists become tuples, tables become the spec of their field. A field whose word is reserved in
    Python ends in an underscore here and not in the data (``from_``). A field whose metadata says
    ``{"plain": False}`` (a function) is part of the value in Python and not of its plain form.

    A class says at its head how sentences call such a value: ``noun=_("a module")``.
    """

    # No annotation: that would make it a field.
    noun = _("a table")

    def __init_subclass__(cls, noun: str = "") -> None:
        if noun:  # a class with slots is built twice, the second time without
            cls.noun = noun

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
                sentence = _("'${word}' is not a field of ${table}.",
                             mapping={"word": word, "table": cls.noun})  # fmt: skip
                raise SpecError(sentence, word, near=nearest(word, list(names)))
        for word, field in names.items():
            needed = field.default is MISSING and field.default_factory is MISSING
            if needed and word not in data:
                words = {"table": cls.noun, "word": word}
                raise SpecError(_("${table} needs '${word}'.", mapping=words))
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
            raise SpecError(error.message, step, near=error.near) from None
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
    for word in words:
        if word == value:
            return word
    known = [str(word) for word in words]
    sentence = _("'${word}' is none of ${known}.",
                 mapping={"word": str(value), "known": ", ".join(known)})  # fmt: skip
    raise SpecError(sentence, near=nearest(str(value), known))


def _table(hint: Any, value: object) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise needed(_("a table"), value)
    return {
        (word := _key(key)): _inside(word, _fitted, hint, item) for key, item in value.items()
    }


def _row(hint: Any, value: object) -> tuple[object, ...]:
    if not isinstance(value, list | tuple):
        raise needed(_("a list"), value)
    return tuple(_inside(place, _fitted, hint, item) for place, item in enumerate(value))


def _single(kind: Any, value: object) -> object:
    if isinstance(kind, type) and issubclass(kind, Plain):
        if isinstance(value, Mapping):
            return kind.from_data(value)
        if type(value) is kind:
            return value
    elif kind is Spec:
        if isinstance(value, Spec) and _is_ours(type(value)):
            return value
    elif isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return exact(value)
    nouns = {
        str: _("a text"), int: _("a whole number"), float: _("a number"), bool: _("true or false"),
        Spec: _("a key"),
    }  # fmt: skip
    raise needed(nouns.get(kind) or getattr(kind, "noun", kind.__name__), value)


def _is_ours(kind: type) -> bool:
    """Whether a class stands in the core where it says it does.

    A spec of a class of a plugin's own could answer otherwise than what was checked.
    """
    home = sys.modules.get(kind.__module__)
    core = kind.__module__.startswith("lms_leiderschap.")
    return core and getattr(home, kind.__name__, None) is kind


def needed(noun: str, value: object) -> SpecError:
    """What to raise when a value is of another kind than the noun says."""
    words = {"noun": noun, "value": repr(value)}
    return SpecError(_("${noun} is needed here, not ${value}.", mapping=words))
