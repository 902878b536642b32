from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.reliability.on_postgresql import Site


@pytest.fixture(scope="session")
def _site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("cut-off"))
    yield site
    site.close()


@pytest.fixture
def site(_site: Site) -> Site:
    _site.again()
    return _site
