"""The head of a plugin: its name, its version and its settings."""

from collections.abc import Sequence
from dataclasses import dataclass

from lms_leiderschap.programme.plain import Plain


@dataclass(frozen=True, slots=True)
class Setting(Plain):
    """One setting an institution may change; the core draws the page.

    title    label of the field, with its unit in brackets
    default  its kind is the kind of the setting: true or false, a whole number or a text
    """

    key: str
    title: str
    default: bool | int | str


@dataclass(frozen=True, slots=True)
class PluginHead(Plain):
    """What ``plugin.toml`` holds; the fields are those of ``Plugin``."""

    name: str
    version: str
    title: str
    api: int = 1
    licence: str = ""
    author: str = ""
    settings: Sequence[Setting] = ()
