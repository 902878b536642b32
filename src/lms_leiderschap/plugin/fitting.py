"""Whether what a plugin brings fits together, before anybody else sees it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from re import compile as pattern
from typing import TYPE_CHECKING, Protocol

from lms_leiderschap.plugin.behaviour import order_of
from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.images import named_in
from lms_leiderschap.programme.plain import nearest
from lms_leiderschap.programme.spec import AssignmentSpec, ModuleSpec

if TYPE_CHECKING:
    from lms_leiderschap.plugin.contract import Plugin

# The current number of the contract and, when there is one, the number before it.
SUPPORTED_APIS = (1,)
SLUG = pattern(r"[a-z][a-z0-9_-]*")


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
        _check_once(kind, keys, "This plugin")
    for module in plugin.modules:
        _check_module(module, plugin)


def _check_head(plugin: "Plugin") -> None:
    if plugin.api not in SUPPORTED_APIS:
        known = " and ".join(str(number) for number in SUPPORTED_APIS)
        raise PluginError(
            f"Plugin '{plugin.name}' is written for contract {plugin.api}; this version of the "
            f"platform knows {known}."
        )
    if not order_of(plugin.version):
        raise PluginError(f"Plugin '{plugin.name}' needs a version, as in 1.0.0.")
    _check_slugs("plugin", [plugin.name])


def _check_slugs(kind: str, keys: Iterable[str]) -> None:
    for key in keys:
        if not SLUG.fullmatch(key):
            raise PluginError(
                f"'{key}' cannot be a {kind} key: use small letters, digits, '-' and '_', "
                "beginning with a letter."
            )


def _check_once(kind: str, keys: Iterable[str], place: str) -> None:
    for key, times in Counter(keys).items():
        if times > 1:
            raise PluginError(f"{place} has {times} {kind}s with the key '{key}'.")


def _check_module(module: ModuleSpec, plugin: "Plugin") -> None:
    place = f"Module '{module.key}'"
    assignments = [item.key for item in module.assignments]
    products = [item.key for item in module.products]
    tools = [tool.key for tool in plugin.tools]
    for kind, keys in (("assignment", assignments), ("product", products)):
        _check_slugs(kind, keys)
        _check_once(kind, keys, place)
    _check_known(f"{place} hands on", "product", module.hands_on, products)
    _check_known(f"{place} names", "tool", module.instruments, tools)
    for product in module.products:
        if product.made_by and product.made_in == module.key:
            maker = f"{place}: '{product.key}' is made by"
            _check_known(maker, "assignment", [product.made_by], assignments)
    _check_known(f"{place} shows", "picture", named_in(module), list(plugin.images))
    for item in module.assignments:
        _check_assignment(item, f"{place}: assignment '{item.key}'", products, tools)


def _check_assignment(
    item: AssignmentSpec, place: str, products: Sequence[str], tools: Sequence[str]
) -> None:
    _check_known(f"{place} makes", "product", item.makes, products)
    if item.instrument:
        _check_known(f"{place} uses", "tool", [item.instrument], tools)
    if item.due.rule in ("before_meeting", "on_meeting") and not item.due.meeting:
        raise PluginError(f"{place} is due '{item.due.rule}' and needs the 'meeting' (module key).")


def _check_known(place: str, kind: str, keys: Iterable[str], known: Sequence[str]) -> None:
    for key in keys:
        if key not in known:
            raise PluginError(f"{place} an unknown {kind} '{key}'{nearest(key, known)}")
