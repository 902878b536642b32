"""Every page names who may open it; only a short list is for everybody."""

from __future__ import annotations

from typing import Any

from pyramid.interfaces import IExceptionResponse
from pyramid.security import NO_PERMISSION_REQUIRED

from lms_leiderschap.permissions import Permission

PUBLIC = {
    "", "sign-in", "sign-in-link", "sign-out", "forgot-password", "link", "link-sent", "demo",
    "controle",
}  # fmt: skip
FILES = {"__static/", "security.txt"}


def pages(registry: Any) -> list[tuple[dict[str, Any], list[Any]]]:
    """Views of resources, each with the permissions it names."""
    found = []
    for item in registry.introspector.get_category("views"):
        view = item["introspectable"]
        if str(view["context"]).startswith("<class 'lms_leiderschap."):
            named = [
                related["value"] for related in item["related"]
                if related.category_name == "permissions"
            ]  # fmt: skip
            found.append((view, named))
    return found


def test_nothing_is_served_that_is_no_page_of_a_resource_but_what_is_known(registry: Any) -> None:
    """Answers to errors, and the files that everybody may have."""
    for item in registry.introspector.get_category("views"):
        view = item["introspectable"]
        if str(view["context"]).startswith("<class 'lms_leiderschap."):
            continue
        error = isinstance(view["context"], type) and issubclass(view["context"], Exception)
        interface = view["context"] is IExceptionResponse
        assert error or interface or view["route_name"] in FILES, (view["context"], view["name"])


def test_there_are_pages_to_look_at(registry: Any) -> None:
    assert len(pages(registry)) > 20


def test_every_page_names_a_permission_or_is_known_to_be_public(registry: Any) -> None:
    for view, named in pages(registry):
        public = named == [NO_PERMISSION_REQUIRED] and view["name"] in PUBLIC
        assert public or (named and isinstance(named[0], Permission)), (view["name"], named)


def test_every_page_names_its_methods(registry: Any) -> None:
    for view, _named in pages(registry):
        assert view["request_methods"], f"{view['context']} {view['name']} takes any method"


def test_posting_always_asks_for_a_token(registry: Any) -> None:
    for view, _named in pages(registry):
        assert view.get("require_csrf") is not False, view["name"]
