"""An institution on PostgreSQL in this process, whatever storage the other tests have."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from webtest import Upload

from lms_leiderschap.app import configure
from lms_leiderschap.store.folder import find, path_of
from tests.conftest import begin_institutions, browser_of, settings_in
from tests.feedback.handed_in import hand_in
from tests.postgresql import Kept, shared
from tests.reliability.proxy import Proxy

WORK = "kwaliteitszorg.vergelijking-kwaliteitssystemen"
PDF = b"%PDF-1.4\n" + bytes(range(256)) * 400 + b"\nstartxref\n0\n%%EOF\n"
NOTE = "Helder beschreven."


class Site:
    """An institution on PostgreSQL behind a proxy, and the people at work there."""

    def __init__(self, directory: Path) -> None:
        self.server = shared(durable=True)
        self.server.create("cut_off")
        self.proxy = Proxy(self.server.port)
        storage = f"postgresql:{self.server.dsn('cut_off', self.proxy.port)}"
        config = configure(settings_in(directory, storage))
        self.registry = config.registry
        self.registry.app = config.make_wsgi_app()
        begin_institutions(self.registry)
        self.kept: Kept = self.server.keep(storage)

    def again(self) -> None:
        """As it was at first."""
        self.proxy.heal()
        self.registry.databases.close()
        self.kept.restore()

    def browse(self, who: str) -> Any:
        return browser_of(self.registry, who, "noord.test")

    def within(self, look: Callable[[Any], Any]) -> Any:
        return self.registry.jobs.within(self.registry.lms.institutions[0], look)

    def close(self) -> None:
        self.registry.databases.close()
        self.registry.side.close()
        self.proxy.close()


def filled_in(site: Site) -> tuple[Any, str]:
    """The form of a hand-in by Anna as it can be sent, and the address of the work."""
    browser = site.browse("anna")
    address = f"{browser.home}/work/{WORK}"
    form = browser.get(f"{address}/submit").forms["report"]
    form["files"] = [Upload("vergelijking.pdf", PDF)]
    form["names"] = True
    return form, address


def assessed(site: Site) -> tuple[Any, str]:
    """The form of feedback by Pieter as it can be sent, and the address of Anna's version."""
    notify = site.registry.notify
    address = site.within(lambda one: "/" + "/".join(path_of(hand_in(one, "anna", notify))) + "/")
    form = site.browse("pieter").get(address).forms["assess"]
    form["note-situation"] = NOTE
    form["choice-analysis"] = "met"
    form.set("step", "Noem een cijfer.", index=0)
    form["decision"] = "met"
    return form, address


def versions(site: Site, address: str) -> list[list[str]]:
    """Of each version of a piece of work the SHA-256 of its files, from their bytes."""

    def look(institution: Any) -> list[list[str]]:
        work = find(institution, tuple(address.strip("/").split("/")))
        return [[sha256_of(work.files[name]) for name in version.files]
                for version in work.versions.values()]  # fmt: skip

    return site.within(look)


def sha256_of(file: Any) -> str:
    with file.open() as source:
        return hashlib.sha256(source.read()).hexdigest()
