"""How a file that is handed out is called where it is saved."""

import re
from urllib.parse import quote

_NOT_PLAIN = re.compile("[^A-Za-z0-9._ -]")


def disposition(name: str) -> str:
    """A name as a header may carry it (RFC 6266): plain letters, and beside it all of it."""
    plain = _NOT_PLAIN.sub("_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
