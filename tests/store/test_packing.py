"""What packing looks at, and what it leaves to `lms verify`."""

from __future__ import annotations

from pathlib import Path

import pytest
from persistent.mapping import PersistentMapping
from ZODB.DB import DB
from ZODB.utils import p64

from lms_leiderschap.errors import SettingError
from lms_leiderschap.store.packing import pack, unpacked_while
from lms_leiderschap.store.scan import scan
from lms_leiderschap.store.storages import open_storage


@pytest.mark.promise("E3", "E4")
def test_packing_leaves_reading_every_record_to_verify(tmp_path: Path) -> None:
    pytest.importorskip("relstorage", reason="ZODB itself packs no file with such a record")
    database = DB(open_storage(f"sqlite:{tmp_path}"))
    with database.transaction() as connection:
        gone = PersistentMapping()
        gone._p_jar, gone._p_oid = connection, p64(1 << 40)
        connection.root()["gone"] = gone
    assert pack(database, minutes=0).wrong == ()
    assert len(scan(database).missing) == 1
    database.close()


def test_who_waits_for_another_to_be_done_waits_not_for_ever(tmp_path: Path) -> None:
    with (
        unpacked_while(tmp_path), pytest.raises(SettingError, match="being packed"),
        unpacked_while(tmp_path, 0.2),
    ):  # fmt: skip
        raise AssertionError
    with unpacked_while(tmp_path, 0):
        pass
