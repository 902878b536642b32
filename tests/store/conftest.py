"""The side store in both places that it may have."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from lms_leiderschap.store.side import SideStore
from tests.postgresql import binaries, shared

NAME = "side"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What touches the path is about the file; all other tests hold for both."""
    if "side" in metafunc.fixturenames:
        about_file = "path" in inspect.signature(metafunc.function).parameters
        both = binaries() is not None and not about_file
        metafunc.parametrize("side", ["file", "postgresql"] if both else ["file"], indirect=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "side.sqlite"


@pytest.fixture(scope="session")
def side_server() -> str:
    """A database for it."""
    shared(durable=False).create(NAME)
    return shared(durable=False).dsn(NAME)


@pytest.fixture
def side(request: pytest.FixtureRequest, path: Path) -> Iterator[SideStore]:
    """A side store that holds nothing yet."""
    server = ""
    if request.param == "postgresql":
        server = request.getfixturevalue("side_server")
        for (name,) in _schemas():
            shared(durable=False).execute(f"DROP SCHEMA {name} CASCADE", NAME)
    store = SideStore(path, server)
    yield store
    store.close()


def _schemas() -> list[tuple[str]]:
    return shared(durable=False).execute(
        "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'lms_side%'", NAME)
