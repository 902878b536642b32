"""A database is opened for the institution that it is of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lms_leiderschap.errors import SettingError
from lms_leiderschap.store.root import Databases


@pytest.mark.parametrize("any_release", [False, True])
def test_that_of_another_institution_is_refused(registry: Any, any_release: bool) -> None:
    noord, zuid = registry.lms.institutions
    databases = Databases(registry.lms, any_release=any_release)
    try:
        with pytest.raises(SettingError, match="storage of noord holds the database of zuid"):
            databases.database(replace(noord, storage=zuid.storage))
        assert databases.database(zuid)
    finally:
        databases.close()


def test_what_is_being_packed_stays_open_until_the_process_ends(registry: Any) -> None:
    database = registry.databases.database(registry.lms.institutions[0])
    database.packing = True
    registry.databases.close()
    with database.transaction() as connection:
        assert connection.root()["institution"].key == "noord"
    database.close()
