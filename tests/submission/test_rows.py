"""Two who write other rows of one participant at the same moment do not wait for each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import transaction

from lms_leiderschap.store.folder import find
from lms_leiderschap.store.root import institution_in
from lms_leiderschap.submission.rows import row_at, write_row
from tests.reliability import live


def test_two_writers_of_other_rows_do_not_conflict(tmp_path: Path) -> None:
    ini, sheets = live.make(tmp_path, 1)
    paths = [tuple(sheet.path.strip("/").split("/")) for sheet in sheets[:2]]
    with live.opened(ini) as registry:
        begun = [_begin(registry) for _path in paths]
        for (_manager, connection), path in zip(begun, paths, strict=True):
            write_row(find(institution_in(connection), path), new=True)
        for manager, connection in begun:
            manager.commit()
            connection.close()
        assert live.within(registry, lambda one: [
            row_at(find(one, path).holder, path[-1])["new"] for path in paths
        ]) == [True, True]  # fmt: skip


def _begin(registry: Any) -> Any:
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    return manager, registry.databases.connect(registry.lms.institutions[0], manager)
