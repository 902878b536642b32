"""What hostile or broken requests get: a calm page with the headers of every page, never a 500."""

from __future__ import annotations

import errno
import shutil
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pyramid.request import Request
from webtest import TestApp

from lms_leiderschap.app import configure
from lms_leiderschap.people.staging import MOST_FILES
from lms_leiderschap.web.cleaning import MOST_CONTROLS
from lms_leiderschap.web.pipeline import LARGEST_UNKNOWN, attempts_for, ingress_tween, is_too_large
from tests.conftest import STORAGE

URLENCODED = "application/x-www-form-urlencoded"
FORM = "multipart/form-data; boundary=b"
PATHS = ("/sign-in", "/profile", "/nothing-here")
FIELD = b'--b\r\nContent-Disposition: form-data; name="a"'
END = b"\r\n--b--\r\n"
CSRF_FILE = (b'--b\r\nContent-Disposition: form-data; name="csrf_token"; filename="t"'
             b"\r\n\r\nx" + END)
MB = 2**20


def send(browser: Any, method: str, path: str, body: bytes, kind: str) -> Any:
    """WebTest's own `post` would write another body for a multipart content type."""
    request = browser.RequestClass.blank(
        path, {**browser.extra_environ, "wsgi.errors": sys.stderr}, method=method, body=body)
    request.environ["CONTENT_TYPE"] = kind
    return browser.do_request(request, expect_errors=True)


def of_app(registry: Any, kind: str = "", size: int = 0) -> Any:
    """A request as the application makes it, in a `with` statement."""
    blank = Request.blank("/sign-in", base_url="http://noord.test", method="POST")
    environ = {**blank.environ, "CONTENT_TYPE": kind, "CONTENT_LENGTH": str(size)}
    return registry.app.request_context(environ)


def post(browser: Any, path: str, body: bytes, kind: str) -> Any:
    answer = send(browser, "POST", path, body, kind)
    assert 400 <= answer.status_int < 500
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    return answer


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("body", "kind"), [
    (b"a" * (LARGEST_UNKNOWN + 1), URLENCODED),
    (b"{" * (LARGEST_UNKNOWN + 1), "application/json"),
    (FIELD + b'; filename="f"\r\n\r\n' + b"a" * LARGEST_UNKNOWN + END, FORM),
], ids=["urlencoded", "json", "multipart"])
def test_a_large_body_of_somebody_unknown_is_not_read(
        browse: Any, path: str, body: bytes, kind: str) -> None:
    assert post(browse(), path, body, kind).status_int == 413


def test_who_is_signed_in_sends_large_bodies_only_with_files(browse: Any, registry: Any) -> None:
    large = FIELD + b'; filename="f"\r\n\r\n' + b"a" * LARGEST_UNKNOWN + END
    anna = browse("anna")
    assert post(anna, "/profile", large, FORM).status_int == 403  # read; it has no CSRF token
    assert post(anna, "/profile", b"a" * len(large), URLENCODED).status_int == 413
    with of_app(registry, FORM, registry.lms.body_max + 1) as request:
        request.cookies["lms"] = "anything"
        assert is_too_large(request)
        request.content_length -= 1
        assert not is_too_large(request)


def test_what_is_refused_for_its_size_is_not_copied_for_another_attempt(registry: Any) -> None:
    for size, attempts in ((LARGEST_UNKNOWN, None), (LARGEST_UNKNOWN + 1, 1)):
        with of_app(registry, URLENCODED, size) as request:
            assert attempts_for(request) == attempts


@pytest.mark.parametrize(("body", "kind"), [
    (b"a&" * (MOST_CONTROLS + 1), URLENCODED),
    (b"&" * (3 * MB), URLENCODED),
    ((FIELD + b"\r\n\r\n\r\n") * (MOST_CONTROLS + 1) + END[2:], FORM),
    ((FIELD + b"\r\nX: y\r\n\r\n\r\n") * (MOST_CONTROLS + 1) + END[2:], FORM),
    (FIELD + b"\r\nX: y" * 100 + b"\r\n\r\n" + END, FORM),
    (FIELD + b"\r\nX: " + b"y" * 10_000 + b"\r\n\r\n" + END, FORM),
    (b"x\r\n" * MB + FIELD + b"\r\n\r\n" + END, FORM),
], ids=["urlencoded", "empty", "multipart", "unusual", "head", "line", "preamble"])
def test_more_fields_than_any_form_has_are_refused(browse: Any, body: bytes, kind: str) -> None:
    assert post(browse(), "/sign-in", body, kind).status_int == 400


@pytest.mark.parametrize("kind", [URLENCODED, "multipart/mixed; boundary=c"])
def test_a_form_within_a_field_is_read_as_a_text(browse: Any, kind: str) -> None:
    inner = b"a&" * MB if kind == URLENCODED else b"--c\r\n\r\n\r\n" * MB
    body = FIELD + b"\r\nContent-Type: " + kind.encode() + b"\r\n\r\n" + inner[:3 * MB] + END
    assert post(browse(), "/sign-in", body, FORM).status_int == 403


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("body", "kind"), [
    (b"a=b", "multipart/form-data"),
    (b"a=b", "multipart/form-data; boundary=\xff"),
    (b"a=b", URLENCODED + "; charset=bogus"),
    (b"a=b", URLENCODED + "; charset=utf-16"),
    (FIELD + b"\r\nContent-Type: text/plain; charset=bogus\r\n\r\nx" + END, FORM),
    (FIELD + b"\r\nContent-Type: text/plain; charset=utf-16\r\n\r\nx" + END, FORM),
    (FIELD + b'; filename=""\r\nContent-Transfer-Encoding: base64\r\n\r\nx' + END, FORM),
    (FIELD + b"\r\nContent-Transfer-Encoding: base64\r\n\r\nx" + END, FORM),
    (FIELD.replace(b'; name="a"', b"") + b"\r\n\r\nx" + END, FORM),
], ids=range(9))
def test_what_is_no_form_is_a_bad_request(
        browse: Any, path: str, body: bytes, kind: str) -> None:
    browser = browse()
    assert post(browser, path, body, kind).status_int == 400
    assert send(browser, "PUT", path, body, kind).status_int == 400


def test_a_body_of_no_kind_is_a_bad_request(browse: Any) -> None:
    assert post(browse(), "/sign-in", b"a=b", "").status_int == 400


@pytest.mark.parametrize("path", PATHS)
def test_a_csrf_token_that_is_a_file_is_none(browse: Any, path: str) -> None:
    for browser in (browse(), browse("anna")):
        assert post(browser, path, CSRF_FILE, FORM).status_int in (403, 404)


def test_the_demo_takes_no_file_for_a_person(registry: Any) -> None:
    registry.databases.close()
    config = configure(replace(registry.lms, demo=True))
    browser = TestApp(config.make_wsgi_app(), extra_environ={"HTTP_HOST": "noord.test"})
    token = browser.get("/sign-in").forms["form"]["csrf_token"].value
    browser.post("/demo", {"csrf_token": token}, upload_files=[("person", "a", b"b")], status=404)
    config.registry.databases.close()
    config.registry.side.close()


def form_with(browser: Any, files: int) -> Any:
    token = browser.get("/profile").forms["form"]["csrf_token"].value
    uploads = [("files", f"{n}.txt", b"text") for n in range(files)]
    return {"params": {"csrf_token": token, "submit": ""}, "upload_files": uploads}


def test_files_that_cannot_be_kept_give_a_calm_page(browse: Any, registry: Any) -> None:
    anna = browse("anna")
    form = form_with(anna, 1)
    place = "blob-cache/noord" if STORAGE == "postgresql" else "noord/blobs"
    kept = registry.lms.side.parent / place
    shutil.rmtree(kept)
    kept.write_bytes(b"")
    answer = anna.post("/profile", **form, expect_errors=True)
    assert answer.status_int == 503
    assert answer.headers["Retry-After"] and "default-src 'none'" in (
        answer.headers["Content-Security-Policy"])
    kept.unlink()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_has_a_page_of_its_own(registry: Any, number: int) -> None:
    def full(_request: Any) -> Any:
        raise OSError(number, "full")

    with of_app(registry) as request:
        answer = ingress_tween(full, registry)(request)
    assert answer.status_int == 507
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_of_more_than_twenty_files_the_rest_is_named(browse: Any) -> None:
    anna = browse("anna")
    page = anna.post("/profile", **form_with(anna, MOST_FILES + 1), expect_errors=True)
    assert f"{MOST_FILES}.txt" in page.text and f"{MOST_FILES - 1}.txt" not in page.text


def test_the_csrf_cookie_is_bound_to_https_and_the_host(browse: Any) -> None:
    secure = {"wsgi.url_scheme": "https", "HTTP_HOST": "noord.test"}
    browser = browse()
    page = browser.get("/sign-in", extra_environ=secure)
    (cookie,) = [line for line in page.headers.getall("Set-Cookie") if "csrf" in line]
    assert cookie.startswith("__Host-lms-csrf=")
    assert {"secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    form = page.forms["form"]
    form["email"], form["password"] = "anna@noord.test", "verkeerd wachtwoord"
    values = form.submit_fields("sign_in")
    headers = {"Cookie": cookie.partition(";")[0], "Origin": "https://noord.test"}
    browser.post("/sign-in", values, extra_environ=secure, headers=headers, status=422)
    browser.reset()
    headers["Cookie"] = headers["Cookie"].replace("__Host-", "")
    browser.post("/sign-in", values, extra_environ=secure, headers=headers, status=403)


def test_who_found_a_leak_reads_where_to_tell_it(
    browse: Any, registry: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    browse().get("/.well-known/security.txt", status=404)
    told = replace(registry.lms, security_contact="mailto:lek@noord.test")
    monkeypatch.setattr(registry, "lms", told)
    answer = browse().get("/.well-known/security.txt")
    assert answer.content_type == "text/plain"
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert fields["Contact"] == "mailto:lek@noord.test"
    until = datetime.fromisoformat(fields["Expires"])
    assert timedelta(days=30) < until - datetime.now(UTC) < timedelta(days=365)
