from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import pytest
import transaction

from lms_leiderschap.store.root import institution_in


@pytest.fixture
def within(registry: Any) -> Callable[[], Any]:
    """`with within() as institution:` commits what is done to "noord"."""

    @contextmanager
    def open_institution() -> Any:
        manager = transaction.TransactionManager(explicit=True)
        manager.begin()
        connection = registry.databases.connect(registry.lms.institutions[0], manager)
        try:
            yield institution_in(connection)
            manager.commit()
        except BaseException:
            manager.abort()
            raise
        finally:
            connection.close()

    return open_institution
