"""The head of every page: whose it is and where it leads.

Slices add their entry with `config.add_navigation`; an entry shows for those who may open it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyramid.request import Request

PRODUCT = "LMS Leiderschap"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the main menu.

    order  lower stands first; shows  says whether this person gets it
    """

    order: int
    label: str
    url: str
    icon: str
    shows: Callable[[Request], bool]


@dataclass(frozen=True, slots=True)
class Drawn:
    label: str
    url: str
    icon: str
    here: bool


class Navigation:
    """What the layout shows of the person and the institution. Safe when there is neither."""

    def __init__(self, request: Request) -> None:
        institution = getattr(request, "institution", None)
        person = request.person if institution is not None else None
        self.brand = institution.name if institution is not None else PRODUCT
        self.institution = PRODUCT if institution is not None else ""
        self.given_name = person.given_name if person is not None else ""
        self.office_email = institution.office_email if institution is not None else ""
        self.help = f"mailto:{self.office_email}" if self.office_email else ""
        self.mailbox = "/demo/mail" if request.registry.lms.demo else ""
        shown = [entry for entry in request.registry.navigation
                 if person is not None and entry.shows(request)]
        here = _here(request, shown)
        self.entries = [Drawn(request.localizer.translate(entry.label), entry.url, entry.icon,
                              entry is here) for entry in shown]


def _here(request: Request, shown: list[Entry]) -> Entry | None:
    """The entry this page belongs to; pages deeper in the tree belong to the first one."""
    for entry in shown:
        if request.path_info.startswith(entry.url) or request.view_name == entry.url[1:]:
            return entry
    deeper = shown and request.path_info.startswith(("/programmes/", "/groups/"))
    return shown[0] if deeper else None


def add_navigation(config: Any, order: int, label: str, url: str, icon: str,
                   shows: Callable[[Request], bool]) -> None:
    """Directive: add an entry to the main menu."""
    config.registry.navigation.append(Entry(order, label, url, icon, shows))
    config.registry.navigation.sort(key=lambda entry: entry.order)


def includeme(config: Any) -> None:
    config.registry.navigation = []
    config.add_directive("add_navigation", add_navigation)
    config.add_request_method(Navigation, "nav", reify=True)
