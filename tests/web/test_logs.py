"""What the log of a server says of a request, and that it says nothing that somebody typed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from webtest import Upload

from lms_leiderschap.errors import SettingError
from lms_leiderschap.web.answering import SPOKEN, policy_around
from lms_leiderschap.web.logs import ACCESS, LEFT_OUT, JsonLines, Personal, words_of
from lms_leiderschap.web.pipeline import ingress_tween
from tests.submission.files import pdf
from tests.submission.test_pages import REPORT, Desk
from tests.web.test_pipeline import of_app

MARK = "Zeldzaamwoord"
MOST_PAGES = 8  # of each person
READ_WHOLE = ("text", "textarea", "email", "password", "search", "url", "tel", "number", "date")


class Lines:
    """The log of a server, as it would stand in its journal."""

    def __init__(self) -> None:
        self.stream = StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def of(self, logger: str) -> list[dict[str, Any]]:
        return [line for line in self.all if line["logger"] == logger]


@pytest.fixture
def lines() -> Iterator[Lines]:
    found = Lines()
    handler = logging.StreamHandler(found.stream)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    level, own = root.level, logging.getLogger("lms_leiderschap")
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    own.setLevel(logging.DEBUG)
    yield found
    root.removeHandler(handler)
    root.setLevel(level)
    own.setLevel(logging.NOTSET)


def test_each_request_has_one_line_with_its_id_and_what_it_was(browse: Any, lines: Lines) -> None:
    desk = Desk(browse("anna"), REPORT)
    answer = desk.page("submit", params={"q": MARK})
    (line,) = lines.of(ACCESS)
    assert line["request"] == answer.headers["X-Request-Id"]
    assert (line["route"], line["method"], line["status"]) == ("Work:submit", "GET", 200)
    assert line["institution"] == "noord" and line["attempts"] == 1 and line["ms"] > 0
    assert line["level"] == "INFO" and line["time"].endswith("+00:00")


@pytest.mark.promise("E10")
def test_the_reference_on_a_page_is_the_begin_of_the_id_in_the_log(
    browse: Any, lines: Lines
) -> None:
    for path, status in (("/nothing-here", 404), ("/sign-in?%ff", 400)):
        answer = browse("anna").get(path, status=status)
        reference = answer.html.select_one("p.meta b").text
        line = lines.of(ACCESS)[-1]
        assert line["reference"] == reference == line["request"][:SPOKEN]
        assert line["status"] == status and line["route"] == "unknown"


def test_the_id_of_a_proxy_counts_only_when_the_settings_say_so(
    browse: Any, registry: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"X-Request-Id": "0123456789abcdef"}
    assert browse().get("/sign-in", headers=given).headers["X-Request-Id"] != given["X-Request-Id"]
    trusting = replace(registry.lms, request_id_header="X-Request-Id")
    monkeypatch.setattr(registry, "lms", trusting)
    assert browse().get("/sign-in", headers=given).headers["X-Request-Id"] == given["X-Request-Id"]
    spoofed = {"X-Request-Id": "a\"} {\"level\": \"INFO"}
    assert browse().get("/sign-in", headers=spoofed).headers["X-Request-Id"].isalnum()


def fill(form: Any) -> None:
    """A word that stands nowhere else in every field that somebody can type in."""
    for name, fields in form.fields.items():
        for index, field in enumerate(fields):
            kind = field.attrs.get("type", field.tag)
            if name and name != "csrf_token" and kind in READ_WHOLE:
                form.set(name, f"{MARK} {name} & meer", index=index)
            elif kind == "file":
                sent = Upload(f"{MARK}.pdf", pdf([[MARK]]))
                field.value = [sent] if "multiple" in field.attrs else sent


def crawl(browser: Any) -> int:
    """Post every form that somebody finds, filled with the word; how many."""
    seen: set[str] = set()
    ahead, posted = ["/"], 0
    while ahead and len(seen) < MOST_PAGES:
        path = ahead.pop(0)
        if path in seen:
            continue
        seen.add(path)
        page = browser.get(path, params={"q": MARK}, expect_errors=True).maybe_follow()
        if page.status_int != 200 or not page.content_type.startswith("text/html"):
            continue
        ahead += [link["href"] for link in page.html.select("a[href^='/']")]
        for form in {id(form): form for form in page.forms.values()}.values():
            if form.action not in ("/sign-out", "/end-sessions"):
                fill(form)
                button = next((n for n, f in form.fields.items() if f[0].tag == "button"), None)
                form.submit(button, expect_errors=True)
                posted += 1
    return posted


@pytest.mark.promise("E8", "E10", "G8")
def test_nothing_that_was_typed_reaches_the_log(browse: Any, lines: Lines, figure: Any) -> None:
    posted = sum(crawl(browse(who)) for who in ("", "anna", "pieter", "olga", "ada"))
    browser = browse("anna")
    headers = {"User-Agent": MARK, "Referer": f"http://noord.test/{MARK}", "X-Request-Id": MARK}
    for path in (f"/{MARK}", f"/people/{MARK}/x?{MARK}={MARK}", f"/sign-in?{MARK}=%ff"):
        browser.get(path, headers=headers, expect_errors=True)
        browser.post(path, {"csrf_token": MARK, "key": MARK}, headers=headers, expect_errors=True)
    browse("", host=f"{MARK}.test").get("/", status=400)
    figure("forms posted", posted, "forms", at_least=10)
    figure("markers in the log", lines.text.count(MARK), "markers", at_most=0)
    assert len(lines.of(ACCESS)) > posted


@pytest.mark.promise("E8", "E10", "G8")
def test_what_an_error_says_stays_out_but_where_it_was_is_told(
    registry: Any, lines: Lines
) -> None:
    def broken(_request: Any) -> Any:
        try:
            {}[MARK]
        except KeyError as error:
            raise ValueError(f"no {MARK}@noord.test") from error

    with of_app(registry) as request:
        request.environ["PATH_INFO"] = f"/{MARK}"
        answer = ingress_tween(broken, registry)(request)
    assert answer.status_int == 500 and MARK not in answer.text and "Traceback" not in answer.text
    line = lines.of("lms_leiderschap.web.errors")[-1]
    assert [cause["words"] for cause in line["error"]] == ["ValueError", "KeyError"]
    assert any("test_logs.py" in place and "broken" in place for place in line["error"][0]["at"])
    assert MARK not in lines.text


@pytest.mark.promise("E10")
def test_when_the_page_for_errors_fails_too_something_calm_is_said(
    registry: Any, lines: Lines
) -> None:
    def attempts(_environ: Any, _router: Any) -> Any:
        raise RuntimeError(MARK)

    class Router:
        pass

    router = Router()
    router.registry = registry  # type: ignore[attr-defined]
    answer = policy_around(attempts)({"PATH_INFO": "/", "REQUEST_METHOD": "GET"}, router)
    reference = answer.headers["X-Request-Id"][:SPOKEN]
    assert answer.status_int == 500 and f"Kenmerk {reference}" in answer.text
    assert lines.of(ACCESS)[-1]["reference"] == reference
    assert MARK not in lines.text + answer.text


def logged(record_of: Any) -> dict[str, Any]:
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    record_of(logger)
    (line,) = stream.getvalue().splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


@pytest.mark.parametrize(
    ("log", "message"),
    [
        (lambda one: one.error("no %s", ValueError(MARK)), "no ValueError"),
        (lambda one: one.error(ValueError(MARK)), "ValueError"),
        (lambda one: one.error("said %s", Personal(MARK)), f"said {LEFT_OUT}"),
        (lambda one: one.error("%(a)s", {"a": OSError(28, MARK)}), "OSError: errno 28"),
        (lambda one: one.error("wrong %s %s", "one"), "wrong %s %s"),
        (lambda one: one.error("two\nlines"), "two\nlines"),
        (lambda one: one.error("%s", SettingError("Set lms.keys.")), "SettingError: Set lms.keys."),
    ],
)
def test_a_message_tells_what_it_may(log: Any, message: str) -> None:
    assert logged(log)["message"] == message


def test_an_error_cannot_speak_for_itself() -> None:
    class Hostile(Exception):
        def __str__(self) -> str:
            raise SystemExit

    assert words_of(Hostile()) == "Hostile"
