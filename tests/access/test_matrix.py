"""Everybody asks for everything, in both institutions: what is not theirs is not there.

The pages come from the application, who may do what stands in `who_may.py` by hand.
"""

from __future__ import annotations

import itertools
import time
from statistics import median
from typing import Any, NamedTuple

import pytest

from lms_leiderschap.institution.model import Institution
from lms_leiderschap.web.answering import SPOKEN
from tests.access.conftest import KEYS, Asker
from tests.access.who_may import may, views
from tests.access.world import PEOPLE, WORDS, Place, changing, missing

METHODS = ("GET", "HEAD", "POST")
OUT = ("nobody", "boris")  # without a login; with one, but blocked
# What a proxy or a framework might take for the address that is meant, each leading elsewhere.
SPOOFED: tuple[dict[str, str], ...] = (
    {"HTTP_X_FORWARDED_HOST": "zuid.test", "HTTP_X_HOST": "zuid.test"},
    {"HTTP_FORWARDED": "host=zuid.test;proto=https", "HTTP_X_FORWARDED_PREFIX": "/static"},
    {"HTTP_X_ORIGINAL_URL": "/sign-in", "HTTP_X_REWRITE_URL": "/sign-in"},
    {"HTTP_X_HTTP_METHOD_OVERRIDE": "POST", "HTTP_X_METHOD_OVERRIDE": "POST"},
    {"HTTP_X_FORWARDED_FOR": "127.0.0.1", "HTTP_X_FORWARDED_USER": "ada@noord.test",
     "HTTP_X_REMOTE_USER": "ada@noord.test", "HTTP_AUTHORIZATION": "Basic YWRhOmFkYQ=="},
)  # fmt: skip


class Page(NamedTuple):
    """One page at one place: its address and, by method, who may."""

    place: Place
    path: str
    may: dict[str, frozenset[str]]


def pages(registry: Any, places: dict[str, Place]) -> list[Page]:
    known = views(registry)
    assert {kind for kind, _name in known} <= {place.kind for place in places.values()}
    found = []
    for place in places.values():
        for (kind, name), methods in known.items():
            if kind is place.kind:
                allowed = {method: frozenset().union(*(may(place.whose, name, one) for one in ones))
                           for method, ones in methods.items()}
                allowed["HEAD"] = allowed.get("GET", frozenset())
                path = place.path if place.path != "/" else ""
                found.append(Page(place, f"{path}/{name}", allowed))
    return found


def is_of_the_product(path: str) -> bool:
    """Whether the address is not in the tree: what pages there are is known to everybody."""
    return "/" not in path.strip("/")


def looks_missing(who: str, method: str, path: str, answer: Any) -> bool:
    """Whether this is how what does not exist looks to somebody."""
    if who not in OUT or (answer.status_int == 404 and is_of_the_product(path)):
        return bool(answer.status_int == 404)
    if method == "POST":
        return bool(answer.status_int == 403)
    return bool(answer.status_int == 303 and "/sign-in?next=" in answer.location)


def seen(answer: Any) -> tuple[Any, ...]:
    """All of an answer that could tell something apart, but for the address that was asked and
    the id that every request has."""
    request_id = answer.headers["X-Request-Id"]
    headers = [(name, value.partition("?next=")[0]) for name, value in answer.headerlist
               if name != "X-Request-Id"
               and (name != "Content-Length" or answer.status_int != 303)]  # fmt: skip
    body = answer.body if answer.status_int != 303 else answer.body.partition(b"?next=")[0]
    return answer.status_int, tuple(headers), body.replace(request_id[:SPOKEN].encode(), b"")


def sample(pages: list[Page], tier: str, part: int) -> list[Page]:
    """With each commit one of so many pages, at night all."""
    return pages[::part] if tier == "commit" else pages


@pytest.mark.promise("D1", "D2")
def test_what_is_not_theirs_is_not_there_for_anybody(
    registry: Any, world: Any, everybody: dict[str, Asker], figure: Any, tier: str
) -> None:
    allowed, leaks, sent = [], 0, 0
    looks: dict[tuple[str, str, str], set[tuple[Any, ...]]] = {}
    found = sample(pages(registry, world["noord"]), tier, 3)
    foreign = WORDS["zuid"].encode()

    def refused(who: str, one: Asker, method: str, path: str, **environ: str) -> None:
        nonlocal sent, leaks
        answer = one.ask(method, path, **environ)
        sent += 1
        if not looks_missing(who, method, path, answer):
            allowed.append((who, one.host, method, path, answer.status))
        leaks += foreign in answer.body + repr(answer.headerlist).encode()
        if not (who in OUT and is_of_the_product(path)):
            told = "by script" if path.endswith("/draft") else "by form"
            looks.setdefault((who, method, told), set()).add(seen(answer))

    for page, (who, one), method in itertools.product(found, everybody.items(), METHODS):
        if who not in page.may.get(method, frozenset()):
            refused(who, one, method, page.path)
            if len(page.place.path) > 1:
                refused(who, one, method, page.path.replace(page.place.path, missing(page.place)))
    for page, spoofed in itertools.product(found, SPOOFED):
        who = next(who for who in PEOPLE if who not in page.may.get("GET", frozenset()))
        refused(who, everybody[who], "GET", page.path, **spoofed)
    least = 2000 if tier == "commit" else 5000
    figure("requests for what is not theirs", sent, "requests", at_least=least)
    figure("allowed", len(allowed), "requests", at_most=0)
    figure("words of the other institution", leaks, "answers", at_most=0)
    different = {at: len(ways) for at, ways in looks.items() if len(ways) > 1}
    figure("ways to tell the foreign from the missing", len(different), "ways", at_most=0)


@pytest.mark.promise("D1", "D2")
def test_nobody_of_one_institution_finds_anything_of_the_other(
    registry: Any, world: Any, asker: Any, figure: Any, tier: str
) -> None:
    """With their own login on their own host, and with their cookie on the other one."""
    allowed, leaks, sent = [], 0, 0
    for key, other in itertools.permutations(KEYS):
        inner = [page for page in sample(pages(registry, world[other]), tier, 7)
                 if page.place.kind is not Institution]  # fmt: skip
        own = {page.path for page in pages(registry, world[key])}
        visitors = [(who, asker(who, key)) for who in PEOPLE]
        stolen = [("nobody", asker(who, key, at=other)) for who in PEOPLE]
        for (who, one), page, method in itertools.product(visitors + stolen, inner, METHODS):
            if who != "nobody" and page.path in own:  # both have an edition "2026"
                continue
            answer = one.ask(method, page.path)
            sent += 1
            if not looks_missing(who, method, page.path, answer):
                allowed.append((who, one.host, method, page.path, answer.status))
            leaks += WORDS[other].encode() in answer.body + repr(answer.headerlist).encode()
    least = 1000 if tier == "commit" else 5000
    figure("requests across institutions", sent, "requests", at_least=least)
    figure("allowed", len(allowed), "requests", at_most=0)
    figure("words of the other institution", leaks, "answers", at_most=0)


# What these pages must be asked besides, or they are not there for anybody.
ASKED = {
    "take-teacher": "person={pieter}", "take-role": "person={ada}&role=admin",
    "edit-module": "key=samen-leren", "remove-module": "key=samen-leren",
    "add-assignment": "module=samen-leren", "preview": "module=samen-leren&key=punt",
    "edit-assignment": "module=samen-leren&key=punt",
    "remove-assignment": "module=samen-leren&key=punt", "remark": "part=situation",
}  # fmt: skip
# Only there for what this institution does not have now: a picture, an instrument, a setting, an
# error, a second day of a module, a newer version, an add-on whose time is over.
NOT_NOW = {"picture", "image", "remove-image", "instrument", "settings", "trace", "choose-meeting",
           "move", "destroy"}  # fmt: skip
UNTOLD = ("/groups/", "/editions/2027/")  # nobody gave feedback there yet


def is_there(page: Page) -> bool:
    name = page.path.rpartition("/")[2]
    untold = name == "feedback" and any(place in page.path for place in UNTOLD)
    return name not in NOT_NOW and not untold


def opens(one: Asker, path: str) -> bool:
    answer, head = one.ask("GET", path), one.ask("HEAD", path)
    assert answer.status_int < 500 and not head.body, path
    assert head.status_int == answer.status_int, path
    if answer.status_int == 303:
        return "/sign-in" not in answer.location
    return bool(answer.status_int == 200)


@pytest.mark.promise("D1", "B2")
def test_everybody_opens_what_is_theirs_and_reading_writes_nothing(
    registry: Any, world: Any, everybody: dict[str, Asker], figure: Any
) -> None:
    closed, written, opened = [], [], 0
    with changing(registry) as institution:
        storage = institution._p_jar.db().storage
        ids = {who: institution.emails[f"{who}@noord.test"] for who in PEOPLE}
    before = storage.lastTransaction()
    for page in filter(is_there, pages(registry, world["noord"])):
        query = ASKED.get(page.path.rpartition("/")[2], "").format(**ids)
        for who in sorted(page.may.get("GET", ())):
            if opens(everybody[who], f"{page.path}?{query}"):
                opened += 1
            else:
                closed.append((who, page.path))
            if storage.lastTransaction() != before:
                written.append(page.path)
                before = storage.lastTransaction()
    assert closed == []
    figure("pages opened", opened, "pages", at_least=150)
    figure("transactions written by reading", len(written), "transactions", at_most=0)


@pytest.mark.promise("D1")
def test_how_long_it_takes_tells_hardly_more(
    world: Any, everybody: dict[str, Asker], figure: Any
) -> None:
    """Medians in turn; no limit, for the machine is not ours alone."""
    place, bram = world["noord"]["version of anna"], everybody["bram"]
    times: dict[str, list[float]] = {place.path: [], missing(place): []}
    for _number in range(40):
        for path, taken in times.items():
            begun = time.perf_counter()
            assert bram.ask("GET", f"{path}/").status_int == 404
            taken.append(time.perf_counter() - begun)
    foreign, absent = (median(taken) * 1000 for taken in times.values())
    figure("foreign against missing, difference of the medians", abs(foreign - absent), "ms")
