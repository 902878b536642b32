"""The head of a plugin: its name, its version, its settings and what it says about itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lms_leiderschap.programme.plain import Plain
from lms_leiderschap.texts import _


@dataclass(frozen=True, slots=True)
class Setting(Plain, noun=_("a setting")):
    """One setting an institution may change; the core draws the page.

    title    label of the field, with its unit in brackets
    default  its kind is the kind of the setting: true or false, a whole number or a text
    """

    key: str
    title: str
    default: bool | int | str


@dataclass(frozen=True, slots=True)
class PluginHead(Plain, noun=_("an add-on")):
    """What ``plugin.toml`` holds; the fields are those of ``Plugin``.

    licence   SPDX expression
    personal  what it keeps about people, one sentence each; shown before it is switched on
    mails     which messages it may send and when, one sentence each; shown there too
    changes   version to what changed in it, in the plugin's own words; shown before an update
    """

    name: str
    version: str
    title: str
    api: int = 1
    licence: str = ""
    author: str = ""
    settings: Sequence[Setting] = ()
    personal: Sequence[str] = ()
    mails: Sequence[str] = ()
    changes: Mapping[str, str] = field(default_factory=dict)
