"""Usage: fetch_page.py ADDRESS. Waits for a server to start, then asks it for one page."""

import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

PATIENCE = 30  # seconds
PAUSE = 0.2


def fetch(address: str) -> int:
    """The status of the page; an answer that is no page raises HTTPError."""
    started = time.monotonic()
    while True:
        try:
            with urlopen(address, timeout=PATIENCE) as answer:
                return int(answer.status)
        except URLError as error:
            away = isinstance(error.reason, ConnectionRefusedError)
            if not away or time.monotonic() - started > PATIENCE:
                raise
        time.sleep(PAUSE)


if __name__ == "__main__":
    address = sys.argv[1]
    status = fetch(address)
    print(f"{address} answers {status}.")
    sys.exit(status != 200)
