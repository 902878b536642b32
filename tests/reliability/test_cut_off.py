"""The line to PostgreSQL is cut, or goes dead, while somebody hands in or gives feedback."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from webtest import Upload

from lms_leiderschap.app import configure
from lms_leiderschap.feedback.model import released
from lms_leiderschap.store.folder import find, path_of
from tests.conftest import begin_institutions, browser_of, settings_in
from tests.feedback.handed_in import hand_in
from tests.postgresql import Kept, shared
from tests.reliability.proxy import Proxy

WORK = "kwaliteitszorg.vergelijking-kwaliteitssystemen"
PDF = b"%PDF-1.4\n" + bytes(range(256)) * 400 + b"\nstartxref\n0\n%%EOF\n"
COMMIT = b"lock_and_choose_tid_and_move"  # RelStorage: from here on a transaction may be there
NOTE = "Helder beschreven."
SECONDS = 5


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


@pytest.fixture(scope="module")
def _site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("cut-off"))
    yield site
    site.close()


@pytest.fixture
def site(_site: Site) -> Site:
    _site.again()
    return _site


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


ONCE = [[hashlib.sha256(PDF).hexdigest()]]


def send_twice(site: Site, form: Any, button: str) -> tuple[int, str]:
    """What the first answer was, while the line may go, and where the second one leads."""
    begun = time.monotonic()
    first = form.submit(button, expect_errors=True)
    assert time.monotonic() - begun < SECONDS
    site.proxy.heal()
    second = form.submit(button, status=303)
    assert first.status_int in (303, 503)
    if first.status_int == 303:
        assert second.location == first.location
    else:
        assert first.headers["Retry-After"]
    return first.status_int, second.location


@pytest.mark.promise("B6", "A1", "A3")
@pytest.mark.parametrize("count", [1, 2], ids=["the upload", "the hand-in"])
@pytest.mark.parametrize("keep", ["nothing of it", "no answer"])
def test_a_commit_that_nobody_hears_of_is_one_hand_in(
    site: Site, keep: str, count: int, figure: Callable[..., None]
) -> None:
    form, address = filled_in(site)
    site.proxy.cuts = 0
    site.proxy.cut_at(COMMIT, keep, count)
    first, receipt = send_twice(site, form, "hand_in")
    assert site.proxy.cuts == 1 and first == 503
    figure("hand-ins", len(versions(site, address)), "versions", at_most=1, at_least=1)
    assert versions(site, address) == ONCE
    assert hashlib.sha256(PDF).hexdigest()[:4] in site.browse("anna").get(receipt)


@pytest.mark.promise("B6", "A9")
@pytest.mark.parametrize("keep", ["nothing of it", "no answer"])
def test_a_commit_that_nobody_hears_of_is_one_feedback(site: Site, keep: str) -> None:
    form, address = assessed(site)
    site.proxy.cut_at(COMMIT, keep)
    assert send_twice(site, form, "ready")[0] == 503
    release = site.browse("pieter").get(address).forms[0]
    site.proxy.cut_at(COMMIT, keep)
    assert send_twice(site, release, "release")[0] == 503

    def look(institution: Any) -> list[dict[str, str]]:
        version = find(institution, tuple(address.strip("/").split("/")))
        assert len(version.feedback) == 1
        return [dict(each.notes) for each in released(version)]

    [notes] = site.within(look)
    assert notes == {"situation": NOTE}
    assert site.browse("anna").get(f"{address}feedback").status_int == 200


@pytest.mark.promise("B6", "A1", "A3")
def test_cut_at_any_byte_is_one_hand_in(
    site: Site, tier: str, figure: Callable[..., None]
) -> None:
    cuts = {"commit": 4, "nightly": 40, "release": 200}[tier]
    doubled = lost = unheard = 0
    for _cut in range(cuts):
        site.again()
        form, address = filled_in(site)
        # All of a hand-in is two uploads of the file as text, to staging and from there.
        site.proxy.left = random.randrange(2 * 2 * len(PDF) + 20_000)
        first, _receipt = send_twice(site, form, "hand_in")
        unheard += first == 503
        found = versions(site, address)
        lost, doubled = lost + (found == []), doubled + (len(found) > 1)
        assert found == ONCE
    figure("cuts", cuts, "hand-ins", at_least=cuts)
    figure("answered with 503", unheard, "of those")
    figure("lost", lost, "of those", at_most=0)
    figure("doubled", doubled, "of those", at_most=0)


@pytest.mark.promise("B6")
def test_a_line_that_is_dead_is_a_page_in_five_seconds(
    site: Site, figure: Callable[..., None]
) -> None:
    form, address = filled_in(site)
    anna, bram = site.browse("anna"), site.browse("bram")
    site.proxy.passing.clear()
    begun = time.monotonic()
    calm = form.submit("hand_in", status=503)
    figure("503 on a line gone dead", time.monotonic() - begun, "s", at_most=SECONDS)
    assert calm.headers["Retry-After"]
    begun = time.monotonic()
    bram.get("/week", status=503)
    figure("503 after that", time.monotonic() - begun, "s", at_most=SECONDS)
    site.proxy.heal()
    healed, begun = False, time.monotonic()
    while not healed:
        healed = anna.get("/week", expect_errors=True).status_int == 200
        assert time.monotonic() - begun < 10
        time.sleep(0.1)  # as often as that somebody asks
    figure("healthy after it is back", time.monotonic() - begun, "s", at_most=10)
    form.submit("hand_in", status=303)
    assert versions(site, address) == ONCE
