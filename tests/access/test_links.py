"""Links that open an account: from the mail only, once, for a limited time, for one person."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from lms_leiderschap.people.actions import LINK_LASTS, make_link, person_of_link, person_with
from lms_leiderschap.store.limits import SideStorage
from tests.access.conftest import Asker
from tests.access.world import changing
from tests.conftest import PASSWORD

NEW = "een nieuw lang wachtwoord"
SPOOFED = ("X-Forwarded-Host", "X-Host", "X-Original-Host", "X-Forwarded-Server", "Forwarded",
           "X-HTTP-Host-Override", "X-Rewrite-URL", "Base-Url", "Origin")  # fmt: skip
HOSTS = ("evil.test", "noord.test.evil.test", "noord.test@evil.test", "evil.test:80", "",
         "noord.test evil.test", "noord.test:1", "[::1]", "127.0.0.1", "NOORD.test.",
         "noord.test/evil.test")  # fmt: skip


def link_for(registry: Any, kind: str, who: str = "anna") -> str:
    at = datetime.now(UTC)
    with changing(registry) as institution:
        person = person_with(institution, f"{who}@noord.test")
        return f"/link/{kind}/{make_link(person, kind, at=at, ends=at + LINK_LASTS[kind])}"


def mailed(registry: Any) -> list[str]:
    """All that was sent until now."""
    for _round in range(2):
        registry.jobs.run_once(datetime.now(UTC))
    folder = Path(registry.lms.mail.removeprefix("files:")) / "noord"
    return [path.read_text("utf-8").replace("=\n", "") for path in sorted(folder.glob("*.eml"))]


@pytest.mark.promise("D6")
def test_no_header_leads_the_link_of_a_mail_elsewhere(
    registry: Any, asker: Any, figure: Any
) -> None:
    refused = 0
    for host in HOSTS:
        one: Asker = asker()
        one.host = host
        for path in ("/forgot-password", "/sign-in-link"):
            answer = one.ask("POST", path, {"email": "anna@noord.test"})
            refused += answer.status_int == 400
    assert refused == 2 * len(HOSTS)
    for number, name in enumerate(SPOOFED):
        value = "host=evil.test" if name == "Forwarded" else "evil.test"
        who = ("anna", "bram", "pieter", "olga", "ada")[number % 5]
        spoofed = {"HTTP_" + name.upper().replace("-", "_"): value,
                   "REMOTE_ADDR": f"192.0.2.{number}"}  # fmt: skip
        asker().ask("POST", "/forgot-password", {"email": f"{who}@noord.test"}, **spoofed)
    mails = mailed(registry)
    links = [link for mail in mails for link in re.findall(r"https?://\S+", mail)]
    figure("mails asked for with a spoofed header", len(mails), "mails", at_least=len(SPOOFED))
    other = [link for link in links if not link.startswith("http://noord.test/link/reset/")]
    figure("links elsewhere", len(other) + sum("evil" in mail for mail in mails), "links",
           at_most=0)  # fmt: skip


@pytest.mark.promise("D6")
def test_of_twenty_who_use_a_link_at_once_one_chooses_the_password(
    registry: Any, asker: Any, figure: Any
) -> None:
    link = link_for(registry, "reset")
    askers = [asker() for _number in range(20)]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(
            lambda pair: pair[1].ask("POST", link, {"password": f"{NEW} {pair[0]}", "choose": ""}),
            enumerate(askers)))  # fmt: skip
    won = [number for number, answer in enumerate(answers) if answer.status_int == 303]
    assert {answer.status_int for answer in answers} <= {303, 410, 422, 503}
    figure("who won", len(won), "of 20", at_least=1, at_most=1)
    tried = {"email": "anna@noord.test", "sign_in": ""}
    assert asker().ask("POST", "/sign-in", tried | {"password": PASSWORD}).status_int == 422
    chosen = tried | {"password": f"{NEW} {won[0]}"}
    assert asker().ask("POST", "/sign-in", chosen).status_int == 303


@pytest.mark.promise("D6")
@pytest.mark.parametrize("kind", ["sign_in", "reset", "invitation"])
def test_opening_a_link_uses_nothing_up_and_tells_nobody(
    registry: Any, asker: Any, kind: str
) -> None:
    link = link_for(registry, kind)
    with changing(registry) as institution:
        storage = institution._p_jar.db().storage
    before = storage.lastTransaction()
    for _number in range(10):
        scanner = asker()
        assert scanner.ask("HEAD", link).status_int == 200
        page = scanner.ask("GET", link)
        assert page.status_int == 200
    assert storage.lastTransaction() == before
    # A browser sends the address of this page to nobody else, and the page itself asks nobody.
    assert page.headers["Referrer-Policy"] == "same-origin"
    addresses = re.findall(r'(?:href|src|action)="([^"]*)"', page.text)
    assert addresses and not [a for a in addresses if not re.match(r"/(?!/)|#|data:,", a)]
    used = scanner.ask("POST", link, {"sign_in": "", "choose": "", "password": NEW})
    assert (used.status_int, used.location) == (303, "http://noord.test/")
    assert asker().ask("GET", link).status_int == asker().ask("POST", link).status_int == 410


@pytest.mark.promise("D6")
def test_a_link_ends_within_the_hour_and_with_the_password_it_was_made_for(
    registry: Any, figure: Any
) -> None:
    at, second = datetime.now(UTC), timedelta(seconds=1)
    figure("a link to a new password works for", LINK_LASTS["reset"].total_seconds() / 60,
           "minutes", at_most=60)  # fmt: skip
    with changing(registry) as institution:
        anna = person_with(institution, "anna@noord.test")
        for kind, lasts in LINK_LASTS.items():
            token = make_link(anna, kind, at=at, ends=at + lasts)
            assert person_of_link(institution, token, kind, at=at + lasts - second) is anna
            assert person_of_link(institution, token, kind, at=at + lasts) is None
        password, anna.password = anna.password, "$argon2id$another"
        assert person_of_link(institution, token, kind, at=at) is None
        anna.password = password
        assert person_of_link(institution, token, kind, at=at) is anna


@pytest.mark.promise("D6")
def test_no_file_of_the_server_holds_a_link_that_works(
    registry: Any, asker: Any, figure: Any
) -> None:
    """But for the mail, which here lies in a file too."""
    asker().ask("POST", "/forgot-password", {"email": "anna@noord.test", "send": ""})
    (link,) = re.findall("/link/reset/[^ \n]+", "".join(mailed(registry)))
    assert asker().ask("GET", link).status_int == 200
    token = link.rpartition(".")[2].encode()
    live = registry.lms.side.parent
    found = [path for path in live.rglob("*") if path.is_file() and "mail" not in path.parts
             and token in path.read_bytes()]  # fmt: skip
    figure("files with the token", len(found), "files", at_most=0)


@pytest.mark.promise("D5", "D6")
@pytest.mark.parametrize("path", ["/sign-in-link", "/forgot-password"])
def test_how_long_asking_for_a_link_takes_tells_nobody_who_is_known(
    registry: Any, asker: Any, figure: Any, tier: str, path: str
) -> None:
    times: dict[str, list[float]] = {"anna@noord.test": [], "niemand@noord.test": []}
    for number in range(30 if tier == "commit" else 200):
        for email, taken in times.items():
            one, address = asker(), f"10.0.{number}.{len(taken) % 250}"
            SideStorage(registry.side, "noord", time.time).reset()  # the limits are no part of it
            begun = time.perf_counter()
            answer = one.ask("POST", path, {"email": email, "send": ""}, REMOTE_ADDR=address)
            taken.append(time.perf_counter() - begun)
            assert answer.location.endswith("/link-sent")
    known, unknown = (median(taken) * 1000 for taken in times.values())
    figure("known against unknown, difference of the medians", abs(known - unknown), "ms",
           at_most=None if tier == "commit" else 5)  # fmt: skip


@pytest.mark.promise("D6")
def test_guessing_links_finds_nothing(asker: Any, registry: Any, figure: Any, tier: str) -> None:
    """256 random bits need no limit on top: what is guessed costs a look into one tree."""
    with changing(registry) as institution:
        anna = person_with(institution, "anna@noord.test").__name__
    one, opened = asker(), 0
    for number in range(200 if tier == "commit" else 2000):
        answer = one.ask("GET", f"/link/reset/{anna}.{number:043d}")
        opened += answer.status_int != 410
    figure("links guessed", opened, "links", at_most=0)
