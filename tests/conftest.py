"""One small institution for every test: founded once, copied for each test that wants it.

Two institutions stand side by side from the first day; the second exists to prove that nothing of
the first can be reached through it. The databases are real files; LMS_TEST_STORAGE=sqlite runs the
same tests on RelStorage, LMS_TEST_STORAGE=postgresql on a real server.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import transaction
from webtest import TestApp

from lms_leiderschap.addon.actions import switch_on
from lms_leiderschap.app import configure
from lms_leiderschap.enrolment.actions import enrol, let_teach
from lms_leiderschap.institution.actions import SYSTEM, found
from lms_leiderschap.meeting.actions import plan_meeting
from lms_leiderschap.people.actions import give_role, register
from lms_leiderschap.people.model import Person
from lms_leiderschap.people.passwords import hash_password
from lms_leiderschap.permissions import Role
from lms_leiderschap.programme.actions import add_programme, open_edition
from lms_leiderschap.settings import InstitutionEntry, Settings
from lms_leiderschap.store.root import institution_in
from tests.postgresql import shared

STORAGE = os.environ.get("LMS_TEST_STORAGE", "file")
NOW = datetime.now(UTC)
PASSWORD = "wandelen langs het water"
PEOPLE = {
    "anna": ("Anna", "de Wit", "participant"),
    "bram": ("Bram", "Peeters", "participant"),
    "pieter": ("Pieter", "Bos", "teacher"),
    "marieke": ("Marieke", "Smit", "teacher"),
    "olga": ("Olga", "Maas", "office"),
    "ada": ("Ada", "Kok", "admin"),
}
DAYS = {"hrm": -40, "kwaliteitszorg": 10, "professionele_cultuur": 40, "onderzoekende_school": 70}


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("PYTHONWARNINGS", "ignore")


def settings_in(directory: Path, storage: str = "") -> Settings:
    """Settings of an application whose files all lie in one directory.

    storage  that of "noord" where it is not of the kind of this run
    """
    entries = tuple(
        InstitutionEntry(key, (f"{key}.test",), f"http://{key}.test",
                         storage or storage_in(directory, key))
        for key in (("noord",) if storage else ("noord", "zuid"))
    )  # fmt: skip
    return Settings(
        institutions=entries,
        side=directory / "side.sqlite",
        keys=directory / "keys",
        mail=f"files:{directory / 'mail'}",
        mail_from="lms@noord.test",
        demo=False,
        jobs=False,
        cache_objects=5000,
        body_max=110 * 2**20,
        file_max=25 * 2**20,
        disk_reserve=0,
        unsigned_plugins=("*",),
        blob_cache=directory / "blob-cache",
    )


def storage_in(directory: Path, key: str, *, durable: bool = False) -> str:
    """Where a new institution of this run keeps what it has.

    durable  whether PostgreSQL is to keep it through a power cut, as it does outside of tests
    """
    if STORAGE != "postgresql":
        return f"{STORAGE}:{directory / key}"
    server, name = shared(durable=durable), f"{key}_{secrets.token_hex(4)}"
    server.create(name)
    return f"postgresql:{server.dsn(name)}"


def fill(institution: Any, registry: Any) -> None:
    """A running edition of the PLG with two participants, two teachers, office and admin."""

    def act(**more: Any) -> dict[str, Any]:
        return {"by": SYSTEM, "at": NOW - timedelta(days=60), **more}

    hashed = hash_password(PASSWORD)
    for name, plugin in registry.plugins.loaded.items():
        switch_on(institution, name, version=plugin.version, **act())
    offer = registry.plugins.offer(institution.switched_on())
    spec = demo_programme()
    programme = add_programme(institution, spec, **act())
    edition = open_edition(programme, "2026", "Najaar 2026", offer, **act(notify=registry.notify))
    for number, (module, days) in enumerate(DAYS.items(), 1):
        day = (NOW + timedelta(days=days)).replace(hour=8, minute=30, second=0, microsecond=0)
        plan_meeting(edition, number, module, day, day + timedelta(hours=7), "Zwolle", **act())
    for key, (given, family, part) in PEOPLE.items():
        person = register(institution, f"{key}@{institution.key}.test", given, family, **act())
        person.password = hashed
        if part == "participant":
            enrol(edition, person, **act(notify=registry.notify))
        elif part == "teacher":
            let_teach(edition, person, why="", **act())
        else:
            give_role(person, Role(part), why="", **act())


def begin_institutions(registry: Any) -> None:
    """Found and fill every institution of an application, and close the databases."""
    for entry in registry.lms.institutions:
        manager = transaction.TransactionManager(explicit=True)
        manager.begin()
        connection = registry.databases.connect(entry, manager)
        fill(found(connection, entry.key, f"Academie {entry.key.title()}"), registry)
        manager.commit()
        connection.close()
    registry.databases.close()


def demo_programme() -> Any:
    import lms_leiderschap.demo as demo
    from lms_leiderschap.plugin.folder import read_programme

    return read_programme(Path(demo.__file__).parent / "programmes" / "plg-leergang.toml")


@pytest.fixture(scope="session")
def now() -> datetime:
    """The moment around which the institution of the tests is dated."""
    return NOW


@pytest.fixture(scope="session")
def _registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The application of this test process; its files lie where each test puts them."""
    directory = tmp_path_factory.mktemp("lms")
    config = configure(settings_in(directory / "live"))
    registry = config.registry
    registry.app = config.make_wsgi_app()
    registry.base = directory / "base"
    (directory / "live").mkdir()
    begin_institutions(registry)
    shutil.copytree(directory / "live", registry.base)
    registry.kept = [shared(durable=False).keep(entry.storage)
                     for entry in registry.lms.institutions if STORAGE == "postgresql"]
    yield registry
    registry.databases.close()
    registry.side.close()


@pytest.fixture
def registry(_registry: Any) -> Iterator[Any]:
    """A fresh copy of both institutions for this test."""
    live = _registry.lms.side.parent
    _registry.databases.close()
    _registry.side.close()
    shutil.rmtree(live)
    shutil.copytree(_registry.base, live)
    for kept in _registry.kept:
        kept.restore()
    yield _registry
    _registry.databases.close()


def make_away_with_noord(registry: Any) -> None:
    """From now on the database of "noord" cannot be opened; nobody may have it open."""
    if STORAGE == "postgresql":
        registry.kept[0].drop()
        return
    directory = registry.lms.side.parent / "noord"
    shutil.rmtree(directory)
    directory.write_bytes(b"")


@pytest.fixture
def tree(registry: Any) -> Iterator[Any]:
    """The institution "noord" inside a transaction that is rolled back afterwards."""
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    connection = registry.databases.connect(registry.lms.institutions[0], manager)
    yield institution_in(connection)
    manager.abort()
    connection.close()


@pytest.fixture
def edition(tree: Any) -> Any:
    """The running edition of "noord"."""
    return tree.programmes["plg-leergang"].editions["2026"]


@pytest.fixture
def people(tree: Any) -> dict[str, Person]:
    """The persons of "noord" by the first part of their address."""
    return {person.email.partition("@")[0]: person for person in tree.people.values()}


@pytest.fixture
def enrolment(edition: Any, people: dict[str, Person]) -> Any:
    """Anna's enrolment."""
    return edition.enrolments[edition.by_person[people["anna"].__name__]]


@pytest.fixture
def heard() -> list[Any]:
    """What was notified: pass `heard.append` as `notify`."""
    return []


class Browser(TestApp):
    """WebTest as one person sees the site; `home` is the address of that person's enrolment."""

    home = ""


@pytest.fixture
def browse(registry: Any) -> Any:
    """browse("anna") is a Browser in which Anna is signed in; browse() one of nobody."""

    def begin(who: str = "", host: str = "noord.test") -> Browser:
        return browser_of(registry, who, host)

    return begin


def browser_of(registry: Any, who: str, host: str) -> Browser:
    """A Browser on the application of a registry, in which this person is signed in."""
    browser = Browser(registry.app, extra_environ={"HTTP_HOST": host})
    if who:
        entry = registry.lms.entry(host)
        manager = transaction.TransactionManager(explicit=True)
        manager.begin()
        connection = registry.databases.connect(entry, manager)
        institution = institution_in(connection)
        person = institution.people[institution.emails[f"{who}@{entry.key}.test"]]
        browser.home = "/" + next(iter(person.enrolments), "")
        token = registry.side.begin_session(
            entry.key, person.__name__, datetime.now(UTC), method="test", epoch=person.epoch
        )
        manager.abort()
        connection.close()
        browser.set_cookie("lms", token)
    return browser
