"""Usage: see_addon.py PORT TITLE. Looks for an add-on in the panel of a demo, as its admin."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.browser import Browser

ADMIN, PASSWORD = "ada.kok@voorbeeld.example", "demo demo demo"

if __name__ == "__main__":
    port, title = int(sys.argv[1]), sys.argv[2]
    browser = Browser("localhost", port)
    browser.sign_in(ADMIN, PASSWORD)
    page = browser.get("/addons")
    browser.close()
    seen = page.status == 200 and title in page.text
    print(f"{title} {'stands' if seen else 'does not stand'} in the panel of add-ons.")
    sys.exit(not seen)
