"""Who may do what, written a second time and by hand; and the pages, as the application has them.

Left is `permissions.py` with the rules of each class, here is what they must come to for the
people of `world.py`. A slip on one side shows as a difference.
"""

from __future__ import annotations

from typing import Any

from pyramid.security import NO_PERMISSION_REQUIRED

from lms_leiderschap.permissions import Permission

P = Permission
SIGNED_IN = frozenset({"anna", "bram", "gijs", "cora", "pieter", "theo", "olga", "ada"})
RUNNING = frozenset({"olga", "ada"})
NONE: frozenset[str] = frozenset()
TEACHERS = {"first": {"pieter"}, "anna": {"pieter"}, "group": {"pieter"}, "second": {"theo"},
            "cora": {"theo"}, "institution": set()}
OWNERS = {"anna": {"anna"}, "group": {"anna", "gijs"}, "cora": {"cora"}}
EVERYWHERE = {P.RUN_EDITION: RUNNING, P.MANAGE_ROLES: {"ada"}, P.READ_AUDIT: {"ada"},
              P.MANAGE_ADDONS: {"ada"}}
# Pages that are narrower than their permission, each for a reason of its own.
NARROWER = {"queue": {"pieter", "theo"}, "release": {"pieter", "theo"}}


def may(whose: str, name: str, permission: Permission) -> frozenset[str]:
    """Who may open a page with this permission, at a place that is `whose`."""
    if permission in EVERYWHERE:
        return frozenset(EVERYWHERE[permission])
    if permission in (P.READ_WORK, P.WRITE_WORK, P.READ_FEEDBACK):
        return frozenset(OWNERS.get(whose, NONE))
    if permission is P.GIVE_FEEDBACK:
        return frozenset(TEACHERS[whose])
    if permission is P.SEE_EDITION:
        return frozenset(TEACHERS[whose] | RUNNING)
    assert permission in (P.SEE_OWN, P.SEE_QUEUE), permission
    return frozenset(NARROWER.get(name, SIGNED_IN)) if whose == "institution" else NONE


def views(registry: Any) -> dict[tuple[type, str], dict[str, set[Permission]]]:
    """Of every page behind a permission: method to the permissions, any one of which opens it."""
    found: dict[tuple[type, str], dict[str, set[Permission]]] = {}
    for item in registry.introspector.get_category("views"):
        view = item["introspectable"]
        named = [one["value"] for one in item["related"] if one.category_name == "permissions"]
        kind, methods = view["context"], view["request_methods"] or ("GET", "POST")
        if not isinstance(kind, type) or not kind.__module__.startswith("lms_leiderschap."):
            continue
        if named and named[0] != NO_PERMISSION_REQUIRED:
            page = found.setdefault((kind, view["name"]), {})
            for method in (methods,) if isinstance(methods, str) else methods:
                page.setdefault(method, set()).add(named[0])
    return found
