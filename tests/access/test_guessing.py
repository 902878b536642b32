"""Guessing passwords: slow for whoever guesses, and never in the way of whose account it is."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from itertools import cycle, islice, product
from statistics import median
from typing import Any

import pytest
from webob import Request
from webob.client import SendRequest

from bench.server import Server, free_port
from lms_leiderschap.people.actions import person_with
from lms_leiderschap.store.limits import SideStorage
from tests.access.conftest import Asker
from tests.access.world import changing
from tests.conftest import PASSWORD
from tests.reliability.live import HOST, make

WRONG = "niet het goede wachtwoord"
MANY = [f"persoon-{number}@noord.test" for number in range(500)]
ADDRESSES = [f"198.51.{number // 250}.{number % 250}" for number in range(1000)]


def guess(one: Asker, email: str, password: str = WRONG, address: str = "192.0.2.1") -> int:
    answer = one.ask("POST", "/sign-in", {"email": email, "password": password, "sign_in": ""},
                     REMOTE_ADDR=address)  # fmt: skip
    return int(answer.status_int)


@pytest.mark.promise("D5")
@pytest.mark.parametrize(
    ("attack", "most"),
    [("one account", 10), ("one address", 10), ("many of both", 1000)],
)
def test_of_many_tries_few_are_looked_at(
    asker: Any, figure: Any, tier: str, attack: str, most: int
) -> None:
    """The limit is for five minutes; what was tried until then is all that counts."""
    tries = 60 if tier == "commit" else 10_000
    accounts = ["anna@noord.test"] if attack == "one account" else MANY
    addresses = ["192.0.2.1"] if attack == "one address" else ADDRESSES
    one, begun, looked = asker(), time.monotonic(), Counter[int]()
    for email, address in islice(cycle(product(accounts, addresses)), tries):
        looked[guess(one, email, address=address)] += 1
    windows = 1 + int((time.monotonic() - begun) // 300)
    assert set(looked) <= {422, 429}
    figure(f"tries at {attack}", tries, "tries")
    figure(f"looked at in five minutes, {attack}", looked[422] / windows, "tries", at_most=most)


@pytest.mark.promise("D5")
def test_whoever_is_guessed_at_signs_in_where_they_did_before_and_by_a_link(
    registry: Any, asker: Any, figure: Any
) -> None:
    own = asker()
    assert guess(own, "anna@noord.test", PASSWORD) == 303
    del own.cookies["lms"]
    for address in ADDRESSES[:40]:
        guess(asker(), "anna@noord.test", address=address)
    elsewhere = asker()
    assert guess(elsewhere, "anna@noord.test", PASSWORD, "203.0.113.9") == 429
    begun = time.monotonic()
    assert guess(own, "anna@noord.test", PASSWORD) == 303
    figure("kept out of a known device", time.monotonic() - begun, "seconds", at_most=300)
    asked = elsewhere.ask("POST", "/sign-in-link", {"email": "anna@noord.test", "send": ""})
    assert asked.location.endswith("/link-sent")
    # A known device is one of its owner only, has a limit too, and cannot be invented.
    del own.cookies["lms"]
    assert guess(own, "bram@noord.test", WRONG) == 422
    assert [guess(own, "anna@noord.test") for _number in range(11)] == [422] * 10 + [429]
    other = asker()
    other.cookies["lms-known"] = own.cookies["lms-known"][:-1] + "x"
    assert guess(other, "anna@noord.test", PASSWORD, "203.0.113.8") == 429


@pytest.mark.promise("D5")
def test_how_long_signing_in_takes_tells_nobody_who_is_known(
    registry: Any, asker: Any, figure: Any, tier: str
) -> None:
    with changing(registry) as institution:
        person_with(institution, "bram@noord.test").blocked = True
        person_with(institution, "olga@noord.test").password = ""  # invited, none chosen yet
    emails = ("anna@noord.test", "niemand@noord.test", "bram@noord.test", "olga@noord.test")
    times: dict[str, list[float]] = {email: [] for email in emails}
    one = asker()
    for _number in range(8 if tier == "commit" else 100):
        for email, taken in times.items():
            SideStorage(registry.side, "noord", time.time).reset()
            begun = time.perf_counter()
            assert guess(one, email) == 422
            taken.append(time.perf_counter() - begun)
    known, *others = (median(taken) * 1000 for taken in times.values())
    figure("known against unknown, difference of the medians",
           max(abs(known - other) for other in others), "ms",
           at_most=None if tier == "commit" else 5)  # fmt: skip


HASHING = """
import resource, threading
from lms_leiderschap.people.passwords import hash_password, verify_password
hashed = hash_password("een lang wachtwoord")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
threads = [threading.Thread(target=lambda: [verify_password(hashed, "x") for _ in range(2)])
           for _ in range(16)]
for one in threads: one.start()
for one in threads: one.join()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.promise("B7", "D5")
def test_sixteen_who_sign_in_at_once_take_the_memory_of_two(figure: Any) -> None:
    ran = subprocess.run([sys.executable, "-c", HASHING], capture_output=True, check=True)
    figure("memory of 16 sign-ins at once", int(ran.stdout) / 1024, "MiB", at_most=60)


@pytest.mark.promise("D5")
@pytest.mark.parametrize(("trusted", "most"), [(False, 10), (True, 30)])
@pytest.mark.slow
@pytest.mark.tier("nightly")
def test_an_address_in_a_header_counts_only_when_a_proxy_we_trust_says_it(
    tmp_path: Any, figure: Any, trusted: bool, most: int
) -> None:
    """30 tries at 30 accounts, each with another X-Forwarded-For."""
    ini, _sheets = make(tmp_path, 1)
    if trusted:
        lines = "trusted_proxy = 127.0.0.1\ntrusted_proxy_headers = x-forwarded-for\n"
        text = ini.read_text("utf-8")
        ini.write_text(text.replace("threads = 4\n", "threads = 4\n" + lines), "utf-8")
    server = Server(ini, free_port())
    try:
        answers = [tried(server.port, number) for number in range(30)]
    finally:
        server.stop()
    assert set(answers) <= {422, 429}
    figure(f"tries looked at, trusted proxy: {trusted}", answers.count(422), "of 30",
           at_least=most, at_most=most)  # fmt: skip


def tried(port: int, number: int) -> int:
    form = {"email": f"iemand-{number}@example.test", "password": WRONG, "csrf_token": "f" * 40}
    request = Request.blank("/sign-in", base_url=f"http://{HOST}:{port}", POST=form,
                            cookies={"lms-csrf": "f" * 40})  # fmt: skip
    request.headers["X-Forwarded-For"] = f"203.0.113.{number}"
    return int(request.get_response(SendRequest()).status_int)
