"""From what is installed to what an institution is offered. A bad plugin harms only itself."""

import hashlib
import logging
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

from lms_leiderschap.plugin.behaviour import order_of
from lms_leiderschap.plugin.bounded import (
    PluginExit,
    TooSlow,
    named,
    said,
    trace_of,
    within_time,
)
from lms_leiderschap.plugin.claims import check_beside, library_specs, specs_of, version_of
from lms_leiderschap.plugin.contract import Plugin, PluginError
from lms_leiderschap.plugin.images import of_module
from lms_leiderschap.plugin.library import Library, read_library
from lms_leiderschap.plugin.parcel.trust import EVERYBODY, Sender, Trust
from lms_leiderschap.programme.spec import ModuleSpec, Offer, Spec

GROUP = "lms_leiderschap.plugins"
IMPORT_SECONDS = 5.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ListedPlugin:
    """One row of the add-on list.

    state      ``loaded``, or ``parked``: installed, but not offered to anyone
    modules    (key, title) of each module it brings
    sentence   why it is parked, for the person who installed it
    reference  the same words stand in the log of the server
    trace      what Python said, for the author
    """

    name: str
    version: str
    title: str
    state: Literal["loaded", "parked"]
    modules: Sequence[tuple[str, str]] = ()
    sentence: str = ""
    reference: str = ""
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Plugins:
    """All that is installed on this machine. Switched on or off is a matter of an institution.

    loaded   in the order in which they were loaded: Python plugins by name, then folders
    senders  name to who signed it
    folders  names of those that are folders of the institution
    packages name to the top-level package of a Python plugin
    deep     name to the ``includeme`` of a deep plugin
    resting  the server was started without plugins: none is loaded, and none counts as gone
    """

    loaded: Mapping[str, Plugin] = field(default_factory=dict)
    parked: Sequence[ListedPlugin] = ()
    library: Library = field(default_factory=read_library)
    senders: Mapping[str, Sender] = field(default_factory=dict)
    folders: Sequence[str] = ()
    packages: Mapping[str, str] = field(default_factory=dict)
    deep: Mapping[str, Callable[[Any], None]] = field(default_factory=dict)
    resting: bool = False

    def without(self, name: str, error: Exception) -> "Plugins":
        """These with one of them parked after all."""
        plugin = self.loaded[name]
        rest = {key: other for key, other in self.loaded.items() if key != name}
        deep = {key: include for key, include in self.deep.items() if key != name}
        row = _parked(name, plugin.version, plugin.title, error)
        return replace(self, loaded=rest, deep=deep, parked=(*self.parked, row))

    def knows(self, name: str) -> bool:
        """Whether a plugin of that name is installed, loaded or not."""
        return name in self.loaded or any(row.name == name for row in self.parked)

    def with_folders(
        self, folders: Iterable[tuple[str, str, Plugin | PluginError, Sender]]
    ) -> "Plugins":
        """These with the folders of an institution after them: (name, version, plugin, sender).

        The later of two claims on one name is parked, and so is a folder that cannot be read.
        """
        loaded, parked, senders = dict(self.loaded), list(self.parked), dict(self.senders)
        names = []
        for name, version, found, sender in folders:
            names.append(name)
            try:
                if isinstance(found, PluginError):
                    raise found
                check_beside(found, loaded, self.library)
                loaded[name], senders[name] = found, sender
            except PluginError as error:
                title = found.title if isinstance(found, Plugin) else name
                parked.append(_parked(name, version, title, error))
        return replace(self, loaded=loaded, parked=parked, senders=senders, folders=names)

    def offer(self, enabled: Collection[str]) -> Offer:
        """What the library and the plugins of these names offer; unknown names are left aside."""
        brought = [("", kind, spec) for kind, spec in library_specs(self.library)]
        for name, plugin in self.loaded.items():
            if name in enabled:
                brought += [(name, kind, spec) for kind, spec in specs_of(plugin)]
        chosen: dict[tuple[str, str], tuple[str, Spec]] = {}
        for name, kind, spec in brought:
            _, first = chosen.get((kind, spec.key), ("", None))
            if first is None or order_of(version_of(spec)) > order_of(version_of(first)):
                chosen[kind, spec.key] = (name, spec)
        return self._offer(chosen)

    def _offer(self, chosen: Mapping[tuple[str, str], tuple[str, Spec]]) -> Offer:
        def of_kind(wanted: str) -> dict[str, Any]:
            return {key: spec for (kind, key), (_, spec) in chosen.items() if kind == wanted}

        return Offer(
            modules=of_kind("module"),
            reports=of_kind("report"),
            rubrics=of_kind("rubric"),
            tools=of_kind("tool"),
            instruments=of_kind("instrument"),
            programmes=of_kind("programme"),
            images={
                spec.key: of_module(spec, self.loaded[name].images)
                for name, spec in chosen.values()
                if isinstance(spec, ModuleSpec) and name
            },
            origin={
                place: (name, self.loaded[name].version if name else version_of(spec))
                for place, (name, spec) in chosen.items()
            },
        )

    def listed(self) -> Sequence[ListedPlugin]:
        """Rows of the add-on list, in the order of their names."""
        rows = [
            ListedPlugin(
                name, plugin.version, plugin.title, "loaded",
                tuple((module.key, module.title) for module in plugin.modules),
            )
            for name, plugin in self.loaded.items()
        ]  # fmt: skip
        return sorted([*rows, *self.parked], key=lambda row: row.name)


def load_installed(trust: Trust = EVERYBODY) -> Plugins:
    """Load every plugin that is installed; one that cannot be loaded is parked with a sentence."""
    return load(entry_points(group=GROUP), trust=trust)


def load(
    points: Iterable[EntryPoint], library: Library | None = None, trust: Trust = EVERYBODY
) -> Plugins:
    """Load plugins in the order of their names. The later of two claims on one name is parked.

    trust  whose signatures count, and which plugins may go without one
    """
    library, points = library or read_library(), list(points)
    loaded: dict[str, Plugin] = {}
    senders: dict[str, Sender] = {}
    parked: list[ListedPlugin] = []
    deep: dict[str, Callable[[Any], None]] = {}
    for point in sorted(points, key=lambda item: (item.name, item.value)):
        plugin = None
        try:
            sender = trust.sender_of(point)
            plugin, include = within_time(point.name, IMPORT_SECONDS, _imported, point)
            check_beside(plugin, loaded, library)
            loaded[plugin.name], senders[plugin.name] = plugin, sender
            if include is not None:
                deep[plugin.name] = include
        # A plugin may raise anything at import, even an attempt to end the program.
        except Exception as error:
            version, title = point.dist.version if point.dist else "", point.name
            if plugin:
                version, title = plugin.version, plugin.title
            parked.append(_parked(point.name, version, title, error))
    packages = {point.name: point.module.partition(".")[0] for point in points}
    return Plugins(loaded, tuple(parked), library, senders, (), packages, deep)


def _imported(point: EntryPoint) -> tuple[Plugin, Callable[[Any], None] | None]:
    """The plugin, and the ``includeme`` of its module when it is deep."""
    plugin = point.load()
    if type(plugin) is not Plugin:  # a subclass could answer otherwise each time it is asked
        raise PluginError(f"'{point.value}' is not a Plugin.")
    if plugin.name != point.name:
        raise PluginError(f"it calls itself '{plugin.name}', its entry point '{point.name}'.")
    # Here, within the time: a module may answer to this name with a function of its own.
    include = getattr(sys.modules.get(point.module), "includeme", None)
    return plugin, include if callable(include) else None


def _parked(name: str, version: str, title: str, error: Exception) -> ListedPlugin:
    ours = isinstance(error, PluginError | TooSlow | PluginExit)
    why = said(error) if ours else named(error)
    sentence = f"Plugin '{name}' is not loaded: {why}"
    reference = hashlib.sha256(sentence.encode()).hexdigest()[:8]
    trace = trace_of(error)
    log.error("%s [%s]\n%s", sentence, reference, trace)
    return ListedPlugin(name, version, title, "parked", (), sentence, reference, trace)
