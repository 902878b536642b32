"""Whether what a plugin brings fits together, before anybody else sees it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from re import compile as pattern
from typing import TYPE_CHECKING, Any, Protocol

from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.images import named_in
from lms_leiderschap.programme.mistake import nearest
from lms_leiderschap.programme.spec import AssignmentSpec, ModuleSpec
from lms_leiderschap.texts import _

if TYPE_CHECKING:
    from lms_leiderschap.plugin.contract import Plugin

# The current number of the contract and, when there is one, the number before it.
SUPPORTED_APIS = (1,)
SLUG = pattern(r"[a-z][a-z0-9_-]*")
# In names of files and headers as it stands; order_of makes numbers of the digits.
VERSION = pattern(r"(?=.*[0-9])(?!.*[0-9]{10})[0-9A-Za-z][0-9A-Za-z.+-]{0,39}")
LONGEST_NAME = 60
# A key may be made of two others: "<module>-<assignment>".
LONGEST_KEY = 150
# What a key can be a key of, as sentences call it.
NOUNS = {
    "plugin": _("plugin"),
    "setting": _("setting"),
    "module": _("module"),
    "report": _("report"),
    "report part": _("report part"),
    "rubric": _("rubric"),
    "tool": _("tool"),
    "instrument": _("instrument"),
    "programme": _("programme"),
    "assignment": _("assignment"),
    "product": _("product"),
}


class Keyed(Protocol):
    """Anything with a key of its own."""

    @property
    def key(self) -> str: ...


def check_plugin(plugin: "Plugin") -> None:
    """PluginError with one sentence for the first thing that does not fit."""
    _check_head(plugin)
    kinds: dict[str, Sequence[Keyed]] = {
        "setting": plugin.settings, "module": plugin.modules, "report": plugin.reports,
        "rubric": plugin.rubrics, "tool": plugin.tools, "instrument": plugin.instruments,
        "programme": plugin.programmes,
    }  # fmt: skip
    for kind, specs in kinds.items():
        keys = [spec.key for spec in specs]
        _check_slugs(kind, keys)
        _check_once(kind, keys, _("This plugin"))
    for module in plugin.modules:
        _check_module(module, plugin)


def _check_head(plugin: "Plugin") -> None:
    if plugin.api not in SUPPORTED_APIS:
        known = ", ".join(str(number) for number in SUPPORTED_APIS)
        words = {"name": plugin.name, "number": plugin.api, "known": known}
        raise PluginError(_("Plugin '${name}' is written for contract ${number}; this version of "
                            "the platform knows ${known}.", mapping=words))  # fmt: skip
    _check_slugs("plugin", [plugin.name], LONGEST_NAME)
    if not VERSION.fullmatch(plugin.version):
        words = {"name": plugin.name}
        raise PluginError(_("Plugin '${name}' needs a version, as in 1.0.0.", mapping=words))
    for version in plugin.changes:
        if not VERSION.fullmatch(version):
            raise PluginError(_("Plugin '${name}' says what changed in '${version}', which is no "
                                "version.", mapping={"name": plugin.name, "version": version[:60]},
                                ))  # fmt: skip


def _check_slugs(kind: str, keys: Iterable[str], longest: int = LONGEST_KEY) -> None:
    for key in keys:
        if len(key) > longest:
            words = {"key": f"{key[:40]}…", "kind": NOUNS[kind], "n": longest}
            raise PluginError(_("'${key}' cannot be a ${kind} key: it is longer than ${n} "
                                "characters.", mapping=words))  # fmt: skip
        if not SLUG.fullmatch(key):
            words = {"key": key, "kind": NOUNS[kind]}
            raise PluginError(_("'${key}' cannot be a ${kind} key: use small letters, digits, '-' "
                                "and '_', beginning with a letter.", mapping=words))  # fmt: skip


def _check_once(kind: str, keys: Iterable[str], place: str) -> None:
    for key, times in Counter(keys).items():
        if times > 1:
            words = {"place": place, "times": times, "kind": NOUNS[kind], "key": key}
            sentence = _("${place} has ${times} ${kind}s with the key '${key}'.", mapping=words)
            raise PluginError(sentence)


def _check_module(module: ModuleSpec, plugin: "Plugin") -> None:
    words = {"module": module.key}
    assignments = [item.key for item in module.assignments]
    products = [item.key for item in module.products]
    tools = [tool.key for tool in plugin.tools]
    for kind, keys in (("assignment", assignments), ("product", products)):
        _check_slugs(kind, keys)
        _check_once(kind, keys, _("Module '${module}'", mapping=words))
    hands_on = _("Module '${module}' hands on an unknown product '${key}'.", mapping=words)
    _check_known(hands_on, module.hands_on, products)
    names = _("Module '${module}' names an unknown tool '${key}'.", mapping=words)
    _check_known(names, module.instruments, tools)
    shows = _("Module '${module}' shows an unknown picture '${key}'.", mapping=words)
    _check_known(shows, named_in(module), list(plugin.images))
    for product in module.products:
        if product.made_by and product.made_in == module.key:
            made = _("Module '${module}': '${product}' is made by an unknown assignment '${key}'.",
                     mapping={**words, "product": product.key})  # fmt: skip
            _check_known(made, [product.made_by], assignments)
    for item in module.assignments:
        _check_assignment(item, {**words, "assignment": item.key}, products, tools)


def _check_assignment(
    item: AssignmentSpec, words: Mapping[str, str], products: Sequence[str], tools: Sequence[str]
) -> None:
    makes = _("Module '${module}': assignment '${assignment}' makes an unknown product '${key}'.",
              mapping=words)  # fmt: skip
    _check_known(makes, item.makes, products)
    if item.instrument:
        uses = _("Module '${module}': assignment '${assignment}' uses an unknown tool '${key}'.",
                 mapping=words)  # fmt: skip
        _check_known(uses, [item.instrument], tools)
    if item.due.rule in ("before_meeting", "on_meeting") and not item.due.meeting:
        raise PluginError(_("Module '${module}': assignment '${assignment}' is due '${rule}' and "
                            "needs the 'meeting' (module key).",
                            mapping={**words, "rule": item.due.rule}))  # fmt: skip


def _check_known(sentence: Any, keys: Iterable[str], known: Sequence[str]) -> None:
    """``sentence`` is a translation string with the place ``key``."""
    among = frozenset(known)
    for key in keys:
        if key not in among:
            raise PluginError(sentence % {"key": key}, near=nearest(key, known))
