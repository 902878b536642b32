"""When something goes wrong: calm, with a reference, in the language asked for, all headers."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from ZODB.FileStorage.format import CorruptedDataError
from ZODB.POSException import ConflictError, POSKeyError, StorageSystemError

from lms_leiderschap.web.pipeline import ingress_tween
from tests.web.test_pipeline import of_app

SECURE = {"wsgi.url_scheme": "https"}
HALF_A_YEAR = 15_768_000
PATHS = {404: "/nothing-here", 400: "/sign-in?%ff", 403: "/people"}


def raising(error: Exception) -> Any:
    def handler(_request: Any) -> Any:
        raise error

    return handler


@pytest.mark.promise("E10")
@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ConflictError(), 503), (POSKeyError(b"\0" * 8), 500), (OSError(5, "broken"), 500),
        (CorruptedDataError(), 500), (StorageSystemError("damaged"), 500),
        (OSError(28, "full"), 507), (sqlite3.OperationalError("unable to open"), 503),
        (MemoryError(), 500), (RecursionError(), 500), (LookupError("x"), 500),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)  # fmt: skip
@pytest.mark.parametrize(("asked", "word"), [("nl", "Kenmerk"), ("en", "Reference")])
def test_a_fault_has_a_calm_page_in_the_language_asked_for(
    registry: Any, error: Exception, status: int, asked: str, word: str
) -> None:
    with of_app(registry) as request:
        request.environ["HTTP_ACCEPT_LANGUAGE"] = asked
        answer = ingress_tween(raising(error), registry)(request)
    assert answer.status_int == status and word in answer.text
    assert f'lang="{asked}"' in answer.text and "Traceback" not in answer.text
    assert type(error).__name__ not in answer.text
    assert ("Retry-After" in answer.headers) == (status == 503)


@pytest.mark.promise("E10")
@pytest.mark.parametrize(("status", "path"), PATHS.items())
def test_what_is_refused_says_a_reference_too_and_a_head_says_the_same_without_words(
    browse: Any, status: int, path: str
) -> None:
    anna = browse("anna")
    status = 404 if status == 403 else status  # what one may not see is not there
    answer = anna.get(path, status=status)
    assert len(answer.html.select_one("p.meta b").text) == 4
    assert answer.html.select_one("h1") and answer.html.select_one("main a[href='/']")
    head = anna.head(path, status=status)
    assert not head.body and head.headers["Content-Type"] == answer.headers["Content-Type"]


@pytest.mark.promise("E10")
def test_without_a_side_store_pages_are_calm_and_come_back_by_themselves(
    browse: Any, registry: Any
) -> None:
    anna = browse("anna")
    registry.side.close()
    lost = [Path(f"{registry.lms.side}{ending}") for ending in ("", "-wal", "-shm")]
    for path in lost:
        path.unlink(missing_ok=True)
    lost[0].mkdir()
    for path in ("/profile", "/sign-in", "/nothing-here"):
        answer = anna.get(path, status="*")
        assert answer.status_int in (200, 404, 503), path
        assert "Traceback" not in answer.text
    lost[0].rmdir()
    assert anna.get("/profile").location.endswith("/sign-in?next=%2Fprofile")


def score(headers: Any, cookies: list[str]) -> int:
    """As the HTTP Observatory counts: 100, what is missing off it, extras from 90 on.

    https://developer.mozilla.org/en-US/observatory/docs/tests_and_scoring
    """
    csp = {part.split()[0]: part.split()[1:]
           for part in headers["Content-Security-Policy"].split(";") if part.strip()}  # fmt: skip
    found, extra = 100, 0
    found -= 20 * any("unsafe" in word or word in ("*", "http:") for words in csp.values()
                      for word in words)  # fmt: skip
    found -= 25 * (not csp)
    extra += 10 * (csp["default-src"] == ["'none'"])
    age = headers.get("Strict-Transport-Security", "max-age=0").partition("max-age=")[2]
    found -= 20 * (int(age.partition(";")[0]) < HALF_A_YEAR)
    found -= 5 * (headers.get("X-Content-Type-Options") != "nosniff")
    if csp.get("frame-ancestors") == ["'none'"]:
        extra += 5
    else:
        found -= 20
    extra += 5 * (headers.get("Referrer-Policy") in ("no-referrer", "same-origin"))
    extra += 10 * (headers.get("Cross-Origin-Resource-Policy") in ("same-origin", "same-site"))
    wrong = [one for one in cookies if not all(word in one.lower() for word in (
        "secure", "httponly", "samesite"))]  # fmt: skip
    found -= 40 * bool(wrong)
    extra += 5 * bool(cookies and not wrong)
    return found + extra if found >= 90 else found


@pytest.mark.promise("C3")
def test_the_headers_of_every_kind_of_page_are_worth_an_a_plus(browse: Any, figure: Any) -> None:
    least = 200
    for who, path in (("", "/sign-in"), ("anna", "/profile"), ("anna", "/nothing-here"),
                      ("", "/sign-in?%ff"), ("anna", "/change-password")):  # fmt: skip
        browser = browse(who)
        if who:
            browser.set_cookie("__Host-lms", browser.cookies["lms"])
        answer = browser.get(path, extra_environ=SECURE | {"HTTP_HOST": "noord.test"}, status="*")
        least = min(least, score(answer.headers, answer.headers.getall("Set-Cookie")))
    figure("score of the headers", least, "points", at_least=100)
