"""The gate before everything a deep plugin serves: installed, on, not resting, used here.

A view belongs to the plugin that added it, whatever it is made of, and to the plugin in whose
package its code lies. What does not pass looks like what does not exist: a less special view of the
core is asked then.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from pyramid.events import ContextFound
from pyramid.exceptions import PredicateMismatch
from pyramid.httpexceptions import HTTPException, HTTPNotFound
from pyramid.request import Request
from pyramid.viewderivers import INGRESS
from pyramid_retry import is_error_retryable

from lms_leiderschap.addon.deep import acting_in
from lms_leiderschap.addon.happenings import edition_of, is_used
from lms_leiderschap.addon.standing import may_act
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.store.folder import Resource
from lms_leiderschap.web.errors import MARK


def passes(request: Request, plugin: Plugin, context: Any) -> bool:
    """Whether this request may reach a page of a plugin."""
    addon = request.institution.addons.get(plugin.name)
    if addon is None or not may_act(addon, plugin):
        return False
    watch = request.registry.addon_watch
    if watch.rests(request.entry.key, plugin.name, since=addon.since, at=request.arrived):
        return False
    edition = _edition_above(context)
    return edition is None or is_used(plugin, edition)


def _edition_above(context: Any) -> Edition | None:
    at = context
    while isinstance(at, Resource):
        if isinstance(at, Edition):
            return at
        if hasattr(type(at), "edition"):
            return edition_of(at)
        at = at.__parent__
    return None


def gate_for(owners: Mapping[str, Plugin]) -> Any:
    """A view deriver: views of plugins are behind the gate, and their errors are noted.

    owners  top-level package name to its plugin
    An error of a plugin's page is noted against the plugin and answered like any other error.
    """

    def deriver(view: Any, info: Any) -> Any:
        adding = info.registry.plugins.loaded.get(acting_in(info.registry))
        plugin = adding or owners.get(_package_of(info.original_view))
        if plugin is None:
            return view

        def gated(context: Any, request: Request) -> Any:
            if not passes(request, plugin, context):
                raise PredicateMismatch
            try:
                return view(context, request)
            except Exception as error:
                _note(request, plugin, error)
                raise

        return gated

    return deriver


def check_address(event: ContextFound) -> None:
    """Everything under the prefix of a deep plugin is behind the gate, whoever serves it."""
    request = event.request
    root, _slash, rest = request.path_info.lstrip("/").partition("/")
    plugin = request.registry.plugins.loaded.get(rest.partition("/")[0])
    if root == "x" and not (plugin and passes(request, plugin, request.context)):
        raise HTTPNotFound


def _note(request: Request, plugin: Plugin, error: Exception) -> None:
    """Keep an error once, under the reference that its page will show."""
    of_http = isinstance(error, HTTPException) or is_error_retryable(request, error)
    if not of_http and MARK not in request.environ:
        request.environ[MARK] = request.registry.addon_watch.note(
            request.entry.key, plugin.name, plugin.version, f"page {request.path_info}", error,
            at=request.arrived,
        )  # fmt: skip


def _package_of(view: Any) -> str:
    name = str(getattr(view, "__module__", "") or type(view).__module__)
    return name.partition(".")[0]


def owners_of(plugins: Mapping[str, Plugin], packages: Mapping[str, str]) -> dict[str, Plugin]:
    """Top-level package name to the plugin it belongs to."""
    return {
        package: plugins[name]
        for name, package in packages.items()
        if name in plugins and package in sys.modules
    }


def includeme(config: Any) -> None:
    plugins = config.registry.plugins
    owners = owners_of(plugins.loaded, plugins.packages)
    config.add_subscriber(check_address, ContextFound)
    config.add_view_deriver(gate_for(owners), name="addon_gate", under=INGRESS)
