"""An institution in which something of everything happened, and everybody who may come by."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.addon.test_editing import add_assignment, form_at, make, with_part
from tests.architecture.conftest import places as places
from tests.hostile.doors import Site


@pytest.fixture
def site(registry: Any, places: dict[type, str], browse: Any, tmp_path: Path) -> Site:
    """The application as an attacker finds it."""
    return site_of(registry, places, browse, tmp_path)


def site_of(registry: Any, places: dict[type, str], browse: Any, directory: Path) -> Site:
    """Also a folder that is being made, with a module, an assignment and its report."""
    ada = browse("ada")
    make(ada)
    form = form_at(ada, "edit-module?key=leren-van-elkaar").submit("add:insights").forms["form"]
    form["insight"] = "Leren op de werkplek"
    form.submit("save", status=303)
    form = add_assignment(ada)
    form["report"] = ":own"
    with_part(form, "Wat er is gedaan").submit("save", status=303)
    return Site(registry, places, directory)


class Canary(NamedTuple):
    """A port of this machine at which nobody may knock."""

    url: str
    listener: socket.socket

    def hits(self) -> int:
        """How many connections waited."""
        count = 0
        while True:
            try:
                self.listener.accept()[0].close()
            except BlockingIOError:
                return count
            count += 1


@pytest.fixture
def canary() -> Iterator[Canary]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield Canary(f"http://127.0.0.1:{listener.getsockname()[1]}/", listener)
