"""The line of deploy/postgresql/lms.conf that keeps the log of changes."""

from __future__ import annotations

import re
from pathlib import Path

CONF = Path(__file__).parents[2] / "deploy/postgresql/lms.conf"
ARCHIVE = "/srv/backup/wal"


def archive_command(to: Path) -> str:
    """The command with another archive than the example has."""
    found = re.search(r"^archive_command = '(.*)'$", CONF.read_text("utf-8"), re.M)
    assert found is not None
    return found[1].replace(ARCHIVE, str(to))
