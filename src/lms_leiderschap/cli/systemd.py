"""What systemd is told: that the server is ready, alive, or ending (sd_notify(3))."""

from __future__ import annotations

import os
from socket import AF_UNIX, SOCK_DGRAM, socket


class Systemd:
    """The service manager that started this process, or nobody.

    Its address is taken out of the environment: children have nothing to tell it, and gunicorn
    would say too early that all is ready.
    """

    def __init__(self) -> None:
        address = os.environ.pop("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address

    def tell(self, state: str) -> None:
        """Send lines like "READY=1"; a manager that does not hear it is no reason to stop."""
        if not self._address:
            return
        try:
            with socket(AF_UNIX, SOCK_DGRAM) as channel:
                channel.sendto(state.encode(), self._address)
        except OSError:
            return
