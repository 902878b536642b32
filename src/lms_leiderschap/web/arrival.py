"""When a request arrived: the moment its first bytes did.

An upload over a slow line takes minutes; whoever began in time is in time. A server that reads the
whole request first says how long that took (`RECEIVING`, seconds in the environ), and so does a
proxy that does, in a header (`lms.receiving_header`). The clock of the moment is read once, and
durations are measured by one that never jumps.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

ARRIVED, RECEIVING = "lms.arrived", "lms.receiving"
LONGEST = timedelta(minutes=15)  # that an upload may have begun before it was all there


def note_arrival(environ: dict[str, Any], header: str) -> None:
    """Write the moment of arrival into the environ; a later call changes nothing.

    header  name of the header in which a proxy that we trust says for how many seconds it was
            receiving the request; "" when there is none
    """
    if ARRIVED not in environ:
        environ[ARRIVED] = datetime.now(UTC) - receiving(environ, header)


def receiving(environ: Mapping[str, Any], header: str) -> timedelta:
    """For how long the request was on its way: what the server and the proxy say together."""
    said = [environ.get(RECEIVING, 0.0)]
    if header:
        said.append(environ.get(f"HTTP_{header.upper().replace('-', '_')}", ""))
    return min(LONGEST, sum(map(_seconds, said), timedelta()))


def _seconds(said: str | float) -> timedelta:
    try:
        found = timedelta(seconds=float(said))
    except (ValueError, OverflowError):
        return timedelta()
    return min(LONGEST, max(timedelta(), found))
