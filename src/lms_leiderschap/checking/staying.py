"""Switched off, taken away and brought back: what participants wrote stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from lms_leiderschap.addon.actions import switch_off, switch_on
from lms_leiderschap.checking.browser import Browser
from lms_leiderschap.checking.finding import Finding
from lms_leiderschap.checking.site import Site
from lms_leiderschap.checking.subject import Subject
from lms_leiderschap.institution.actions import SYSTEM
from lms_leiderschap.plugin.loader import Plugins
from lms_leiderschap.store.folder import path_of

REPAIR = "keep what has to stay in records, and nothing in objects of your own."


def check(subject: Subject) -> Iterator[Finding]:
    """On, used, off and on again: not one byte of anybody's work or of its records is other."""
    subject.use  # noqa: B018 (it is used before it is switched off)
    site, name = subject.site, subject.plugin.name
    before, kept = site.work(), _records(site)
    site.within(lambda institution: switch_off(
        institution, name, by=SYSTEM, at=datetime.now(UTC)))  # fmt: skip
    yield from _unreadable(subject, "off")
    yield from _unshut(subject)
    site.within(lambda institution: switch_on(
        institution, name, by=SYSTEM, at=datetime.now(UTC)))  # fmt: skip
    yield from _unreadable(subject, "on again")
    if site.work() != before:
        yield Finding("Switching it off and on changed what participants wrote.", REPAIR,
                      *subject.head)  # fmt: skip
    if _records(site) != kept:
        yield Finding("Switching it off and on changed its records.", REPAIR, *subject.head)


def removal(subject: Subject) -> Iterator[Finding]:
    """Gone: nothing in the database needs it, and everything that was written can be read."""
    subject.use  # noqa: B018 (it is used before it is taken away)
    site = subject.site
    for name in sorted(site.scan().strange):
        yield Finding(f"The database cannot be read without {name}.", REPAIR, *subject.head)
    before = site.work()
    with site.served_with(Plugins()):
        yield from _unreadable(subject, "taken away")
    yield from _unreadable(subject, "back")
    if site.work() != before:
        yield Finding("Taking it away and back changed what participants wrote.", REPAIR,
                      *subject.head)  # fmt: skip


def _records(site: Site) -> Any:
    def look(institution: Any) -> Any:
        addon = institution.addons[site.name]
        kept = {place: (each.data, each.shape) for place, each in addon.records.items()}
        return kept, dict(addon.settings)

    return site.within(look)


def _unreadable(subject: Subject, state: str) -> Iterator[Finding]:
    """Every page of every handed-in version, for who wrote it and for the teacher."""
    site = subject.site
    for part, paths in pages_of(site).items():
        browser: Browser = site.browser(part)
        for path in paths:
            if (status := browser.get(path).status) not in (200, 303):
                yield Finding(f"With the plugin {state}, {path} is answered with {status}.",
                              "see the error in the window of lms dev.", *subject.head)


def pages_of(site: Site) -> dict[str, list[str]]:
    """The pages about what was written, for the participant and for the teacher."""

    def look(institution: Any) -> dict[str, list[str]]:
        own, taught = ["/week", "/thread"], ["/queue"]
        for work in site.newcomer(institution).work.values():
            own.append(f"/{'/'.join(path_of(work))}/")
            for version in work.versions.values():
                own.append(f"/{'/'.join(path_of(version))}/read")
                if version.outcome != "kept":
                    taught.append(f"/{'/'.join(path_of(version))}/")
        return {"participant": own, "teacher": taught}

    found: dict[str, list[str]] = site.within(look)
    return found


def _unshut(subject: Subject) -> Iterator[Finding]:
    """Its own addresses answer 404 while it is off."""
    browser = subject.site.browser("admin")
    for path in subject.site.own_paths():
        if (status := browser.get(path).status) != 404:
            yield Finding(f"With the plugin off, {path} is answered with {status}.",
                          "let the view stand in the package of the plugin.", *subject.head)
