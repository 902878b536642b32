"""Usage: check_port.py PORT. Says in one sentence when something else listens there already."""

import socket
import sys


def is_taken(port: int) -> bool:
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with socket.socket(family) as visitor:
            if visitor.connect_ex((host, port)) == 0:
                return True
    return False


port = int(sys.argv[1])
if is_taken(port):
    sys.exit(f"Port {port} is taken by another program; stop it, or use make run PORT={port + 1}.")
