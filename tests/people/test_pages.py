"""Signing in and out, links by mail, the profile, and forms whose login had ended."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import transaction

from lms_leiderschap.people.actions import LINK_LASTS, make_link, person_with
from lms_leiderschap.people.staging import MOST_STAGED
from lms_leiderschap.people.tokens import form_key
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.store.root import institution_in
from lms_leiderschap.web.answering import SPOKEN
from lms_leiderschap.web.security import local_path

PASSWORD = "wandelen langs het water"
NEW = "een nieuw lang wachtwoord"
LONG = "Eerste alinea over het team & de <b>cultuur</b> van onze school.\r\nTweede alinea."
OFF_SITE = (
    "//evil.test",
    "/\\evil.test",
    "\\/evil.test",
    "https://evil.test",
    "http:evil.test",
    "javascript:alert(1)",
    "evil.test",
    "/\t/evil.test",
    "/\n/evil.test",
    " //evil.test",
    "///evil.test",
    "/\r\nSet-Cookie: a=b",
    "",
    "?next=//evil.test",
    "/é\u2028",
    "data:text/html,x",
    "/" + "a" * 3000,
)


@contextmanager
def changing(registry: Any, key: str = "noord") -> Any:
    """The institution in a transaction that is kept."""
    entry = next(entry for entry in registry.lms.institutions if entry.key == key)
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    connection = registry.databases.connect(entry, manager)
    yield institution_in(connection)
    manager.commit()
    connection.close()


def sign_in(
    browser: Any, email: str = "anna@noord.test", password: str = PASSWORD, **more: Any
) -> Any:
    form = browser.get("/sign-in", headers={"Accept-Language": "en"}).forms["form"]
    form["email"], form["password"] = email, password
    return form.submit("sign_in", headers={"Accept-Language": "en"}, **more)


def link_of(registry: Any, kind: str, who: str = "anna", at: datetime | None = None) -> str:
    at = at or datetime.now(UTC)
    with changing(registry) as institution:
        person = person_with(institution, f"{who}@noord.test")
        return f"/link/{kind}/{make_link(person, kind, at=at, ends=at + LINK_LASTS[kind])}"


def key_for(
    registry: Any, who: str, host: str = "noord.test", hours: int = 0
) -> tuple[str, str]:
    """The id of a person and the key of a form drawn for them so many hours ago."""
    entry = registry.lms.entry(host)
    with changing(registry, entry.key) as institution:
        person_id = person_with(institution, f"{who}@{entry.key}.test").__name__
    drawn = datetime.now(UTC) - timedelta(hours=hours)
    return person_id, form_key(registry.lms.secret(entry), person_id, drawn)


def test_who_signs_in_with_the_right_password_gets_a_new_token_and_the_start_page(
    browse: Any,
) -> None:
    browser = browse()
    browser.set_cookie("lms", "given-by-an-attacker")
    before = browser.get("/sign-in").forms["form"]["csrf_token"].value
    answer = sign_in(browser)
    assert (answer.status_int, answer.location) == (303, "http://noord.test/")
    assert browser.cookies["lms"] not in ("", "given-by-an-attacker")
    assert browser.cookies["lms-csrf"] != before
    assert browser.get("/").location.endswith("/week")
    assert browser.get("/profile").status_int == 200


@pytest.mark.parametrize(
    ("who", "start"),
    [
        ("anna", "/week"),
        ("pieter", "/queue"),
        ("olga", "/editions"),
        ("ada", "/addons"),
        ("", "/sign-in"),
    ],
)
def test_everybody_starts_where_their_work_is(browse: Any, who: str, start: str) -> None:
    assert urlsplit(browse(who).get("/").location).path == start


def test_wrong_passwords_unknown_and_blocked_people_get_the_same_answer(
    browse: Any, registry: Any
) -> None:
    with changing(registry) as institution:
        person_with(institution, "bram@noord.test").blocked = True
    answers = [
        sign_in(browse(), email, password, status=422)
        for email, password in (
            ("anna@noord.test", "een ander wachtwoord"),
            ("nobody@noord.test", PASSWORD),
            ("bram@noord.test", PASSWORD),
        )
    ]
    said = {answer.text.partition('class="errors"')[2].partition("</div>")[0] for answer in answers}
    assert len(said) == 1 and "do not belong together" in said.pop()
    assert all(
        "lms=" not in value for answer in answers for value in answer.headers.getall("Set-Cookie")
    )
    assert "anna@noord.test" in answers[0].text and PASSWORD not in answers[2].text


def test_after_ten_wrong_passwords_the_right_one_waits_too_and_a_link_still_comes(
    browse: Any,
) -> None:
    browser = browse()
    for _number in range(10):
        sign_in(browser, password="niet het goede", status=422)
    answer = sign_in(browser, status=429)
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    assert "minutes, or ask for a login link" in answer.text
    form = browser.get("/sign-in-link").forms["form"]
    form["email"] = "anna@noord.test"
    assert form.submit("send").location.endswith("/link-sent")


def test_signing_in_rightly_many_times_from_one_network_is_no_attack(browse: Any) -> None:
    for _number in range(12):
        assert sign_in(browse()).status_int == 303


def test_a_token_opens_nothing_after_signing_out(browse: Any) -> None:
    browser, thief = browse(), browse()
    sign_in(browser)
    thief.set_cookie("lms", browser.cookies["lms"])
    assert thief.get("/profile").status_int == 200
    browser.get("/sign-out", status=404)
    form = next(
        form for form in browser.get("/profile").forms.values() if form.action == "/sign-out"
    )
    assert form.submit().status_int == 303
    assert not browser.cookies.get("lms")
    assert thief.get("/profile").location.startswith("http://noord.test/sign-in")


def test_another_password_ends_every_other_session_and_renews_this_one(browse: Any) -> None:
    browser, elsewhere, thief = browse(), browse(), browse()
    sign_in(browser)
    sign_in(elsewhere)
    thief.set_cookie("lms", browser.cookies["lms"])
    form = browser.get("/change-password").forms["form"]
    form["current"], form["password"] = PASSWORD, NEW
    assert form.submit("change").location.endswith("/profile?saved=1")
    assert browser.get("/profile").status_int == 200
    assert elsewhere.get("/profile").status_int == thief.get("/profile").status_int == 303
    sign_in(browse(), password=PASSWORD, status=422)
    assert sign_in(browse(), password=NEW).status_int == 303


def test_another_password_asks_for_the_current_one_and_must_be_a_good_one(browse: Any) -> None:
    browser = browse("anna")
    for current, password, field in (("mis", NEW, "current"), (PASSWORD, "kort", "password")):
        form = browser.get("/change-password").forms["form"]
        form["current"], form["password"] = current, password
        answer = form.submit("change", status=422)
        assert answer.forms["form"][field].attrs["aria-invalid"] == "true"
        assert NEW not in answer.text and PASSWORD not in answer.text
    assert sign_in(browse()).status_int == 303


def test_a_blocked_person_is_out_at_once(browse: Any, registry: Any) -> None:
    browser = browse("anna")
    with changing(registry) as institution:
        person_with(institution, "anna@noord.test").blocked = True
    assert browser.get("/profile").status_int == 303
    browser.get(link_of(registry, "sign_in"), status=410)


def test_a_sign_in_link_works_once_by_a_press_of_the_button(browse: Any, registry: Any) -> None:
    link = link_of(registry, "sign_in")
    browser, other = browse(), browse()
    for _number in range(3):
        page, late = browser.get(link), other.get(link)
    assert browser.get("/profile").status_int == 303
    assert len(page.forms["form"].fields) == 3
    assert page.forms["form"].submit("sign_in").location == "http://noord.test/"
    assert browser.get("/profile").status_int == 200
    assert late.forms["form"].submit("sign_in", status=410)
    other.get(link, status=410)


def test_of_many_who_press_the_button_of_one_link_at_once_one_gets_in(
    browse: Any, registry: Any
) -> None:
    link = link_of(registry, "sign_in")
    forms = [browse().get(link).forms["form"] for _number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        codes = list(
            pool.map(lambda form: form.submit("sign_in", expect_errors=True).status_int, forms)
        )
    assert codes.count(303) == 1 and set(codes) <= {303, 410, 422, 503}, codes


@pytest.mark.parametrize("kind", ["reset", "invitation"])
def test_a_link_to_choose_a_password_works_once_and_ends_all_sessions(
    browse: Any, registry: Any, kind: str
) -> None:
    browser, elsewhere = browse(), browse("anna")
    link, earlier = link_of(registry, kind), link_of(registry, "sign_in")
    page = browser.get(link)
    assert "Anna de Wit" in page.text
    page.forms["form"]["password"] = "kort"
    page = page.forms["form"].submit("choose", status=422)
    page.forms["form"]["password"] = NEW
    assert page.forms["form"].submit("choose").location == "http://noord.test/"
    assert browser.get("/profile").status_int == 200
    assert elsewhere.get("/profile").status_int == 303
    browse().get(link, status=410)
    browse().get(earlier, status=410)
    assert sign_in(browse(), password=NEW).status_int == 303


@pytest.mark.parametrize("kind", ["sign_in", "reset", "invitation"])
def test_a_link_out_of_date_of_another_kind_or_invented_does_nothing(
    browse: Any, registry: Any, kind: str
) -> None:
    other = "reset" if kind == "sign_in" else "sign_in"
    long_ago = datetime.now(UTC) - timedelta(days=15)
    links = (
        link_of(registry, kind, at=long_ago),
        link_of(registry, other).replace(other, kind, 1),
        f"/link/{kind}/abc",
        f"/link/{kind}/a.b.c",
    )
    for link in links:
        assert "<form" not in browse().get(link, status=410).text
    browse().get("/link/other/abc", status=404)
    browse().get(f"/link/{kind}/a/b", status=404)
    browse(host="zuid.test").get(link_of(registry, kind), status=410)


@pytest.mark.parametrize("kind", ["sign_in", "reset", "invitation"])
@pytest.mark.parametrize("end", ["..", ".", "%2e%2e", "a/.."])
def test_a_link_that_walks_up_again_is_no_link(browse: Any, kind: str, end: str) -> None:
    browser = browse()
    assert browser.get(f"/link/{kind}/{end}", expect_errors=True).status_int in (404, 410)
    answer = browser.post(f"/link/{kind}/{end}", {"sign_in": ""}, expect_errors=True)
    assert answer.status_int in (403, 404, 410)


@pytest.mark.parametrize("page", ["/sign-in-link", "/forgot-password"])
def test_asking_for_a_link_tells_nobody_who_is_known(browse: Any, registry: Any, page: str) -> None:
    answers = []
    for email in ("anna@noord.test", "nobody@noord.test"):
        browser = browse()
        form = browser.get(page).forms["form"]
        form["email"] = email
        answers.append(form.submit("send"))
        with changing(registry) as institution:
            assert len(list(institution.outbox.items())) == len(answers)  # the same was done
    registry.jobs.run_once(datetime.now(UTC))
    assert {(answer.status_int, answer.location) for answer in answers} == {
        (303, "http://noord.test/link-sent")
    }
    with changing(registry) as institution:
        tokens = person_with(institution, "anna@noord.test").tokens
        kinds = [kind for kind, _ends in tokens.values()]
    assert kinds == ["sign_in" if page == "/sign-in-link" else "reset"]


def test_mails_to_one_address_are_limited(browse: Any) -> None:
    browser = browse()
    for _number in range(5):
        form = browser.get("/forgot-password").forms["form"]
        form["email"] = "nobody@noord.test"
        form.submit("send", status=303)
    assert form.submit("send", status=429).headers["Retry-After"]


def test_the_host_header_changes_no_link(browse: Any, registry: Any) -> None:
    browser = browse()
    form = browser.get("/forgot-password").forms["form"]
    form["email"] = "anna@noord.test"
    spoofed = {
        "X-Forwarded-Host": "evil.test",
        "Forwarded": "host=evil.test",
        "X-Host": "evil.test",
    }
    assert form.submit("send", headers=spoofed).location == "http://noord.test/link-sent"
    browser.post(
        "/forgot-password",
        {"email": "anna@noord.test"},
        extra_environ={"HTTP_HOST": "evil.test"},
        status=400,
    )
    with changing(registry) as institution:
        assert "evil" not in repr([entry for _number, entry in institution.outbox.items()])


@pytest.mark.parametrize("address", OFF_SITE)
def test_after_sign_in_nobody_lands_on_another_site(browse: Any, address: str) -> None:
    assert local_path(address) == "/"
    browser = browse()
    form = browser.get("/sign-in?" + urlencode({"next": address})).forms["form"]
    form["email"], form["password"] = "anna@noord.test", PASSWORD
    form["next"] = address.replace("\n", " ").replace("\r", " ")
    assert form.submit("sign_in").location == "http://noord.test/"
    assert browser.get("/sign-in?" + urlencode({"next": address})).location == "http://noord.test/"


def test_after_sign_in_one_comes_where_one_was_going(browse: Any) -> None:
    browser = browse()
    asked = browser.get("/profile?saved=1")
    assert parse_qs(urlsplit(asked.location).query) == {"next": ["/profile?saved=1"]}
    form = asked.follow().forms["form"]
    form["email"], form["password"] = "anna@noord.test", PASSWORD
    assert form.submit("sign_in").location == "http://noord.test/profile?saved=1"


def test_without_login_a_missing_and_a_private_page_look_the_same(browse: Any) -> None:
    private = browse("anna").home
    browser = browse()
    answers = []
    for path in (private, private[:-3] + "zzz", "/people/nobody", "/groups/x", "/programmes/y"):
        for method in (browser.get, browser.head):
            answer = method(path)
            next_ = urlencode({"next": path})
            answers.append(
                (
                    answer.status_int,
                    answer.location.replace(next_, "next"),
                    answer.text.replace(next_, "next"),
                )
            )
        browser.post(path, {"a": "b"}, status=403)
    assert len(set(answers[::2])) == len(set(answers[1::2])) == 1
    assert answers[0][:2] == (303, "http://noord.test/sign-in?next")
    browser.get("/nothing-here", status=404)
    browser.post("/nothing-here", status=404)
    browser.get("/static/nothing", status=404)


def test_signed_in_a_missing_and_a_foreign_page_look_the_same(browse: Any) -> None:
    foreign = browse("anna").home
    browser = browse("bram")
    answers = [browser.get(path, status=404) for path in (foreign, foreign[:-3] + "zzz")]
    ids = [answer.headers["X-Request-Id"][:SPOKEN] for answer in answers]
    assert answers[0].text.replace(ids[0], "") == answers[1].text.replace(ids[1], "")


def test_what_is_posted_without_a_csrf_token_or_from_elsewhere_is_refused(browse: Any) -> None:
    browser, anna = browse(), browse("anna")
    right = {"email": "anna@noord.test", "password": PASSWORD}
    for path in ("/sign-in", "/sign-in-link", "/forgot-password", "/sign-out"):
        browser.post(path, right, status=403)
        browser.post(path, {**right, "csrf_token": "wrong"}, status=403)
    for path in ("/profile", "/change-password", "/end-session", "/end-sessions", "/sign-out"):
        anna.post(path, right, status=403)
    secure = {"wsgi.url_scheme": "https", "HTTP_HOST": "noord.test"}
    form = browser.get("/sign-in", extra_environ=secure).forms["form"]
    values = {**dict(form.submit_fields()), **right}
    browser.post(
        "/sign-in",
        values,
        extra_environ=secure,
        status=403,
        headers={"Origin": "https://evil.test"},
    )
    assert anna.get("/profile").status_int == 200


def test_the_profile_keeps_language_address_and_appearance(browse: Any, registry: Any) -> None:
    browser = browse("anna")
    form = browser.get("/profile").forms["form"]
    form["language"], form["address"], form["appearance"] = "en", "je", "dark"
    page = form.submit("submit").follow()
    assert 'data-theme="dark"' in page.text and 'lang="en"' in page.text and "Saved." in page.text
    with changing(registry) as institution:
        anna = person_with(institution, "anna@noord.test")
        assert (anna.language, anna.address) == ("en", "je")
    form = page.forms["form"]
    form["address"], form["appearance"] = "as-programme", "device"
    page = form.submit("submit").follow()
    assert "data-theme" not in page.text and "lms-theme" not in browser.cookies
    assert page.forms["form"]["address"].value == "as-programme"


# Nothing typed is lost.


def posted(registry: Any, who: str = "anna") -> tuple[str, list[tuple[str, str]]]:
    """An address of Anna's and what a form there sends."""
    _person_id, key = key_for(registry, who)
    return "/profile", [
        ("csrf_token", "of-the-old-session"),
        ("key", key),
        ("__start__", "parts:mapping"),
        ("text", LONG),
        ("__end__", "parts:mapping"),
        ("__start__", "files:sequence"),
        ("received", "one"),
        ("__end__", "files:sequence"),
        ("password", "geheim"),
        ("submit", ""),
    ]


def resume_form(page: Any) -> Any:
    return next(form for form in page.forms.values() if form.action == "/profile")


def fill_in(page: Any, who: str = "anna", password: str = PASSWORD) -> Any:
    form = page.forms["form"]
    form["email"], form["password"] = f"{who}@noord.test", password
    return form


@pytest.mark.promise("A4")
def test_a_text_posted_after_the_login_ended_comes_back_after_sign_in(
    browse: Any, registry: Any
) -> None:
    path, pairs = posted(registry)
    browser = browse()
    page = browser.post(path, pairs, status=403)
    assert "geheim" not in page.text
    again = fill_in(page, password="verkeerd wachtwoord").submit("sign_in", status=422)
    back = fill_in(again).submit("sign_in", status=200)
    sent = resume_form(back).submit_fields()
    expected = [pair for pair in pairs if pair[0] not in ("csrf_token", "password")]
    cleaned = [(name, value.replace("\r\n", "\n")) for name, value in expected]
    assert [pair for pair in sent if pair[0] != "csrf_token"] == cleaned
    assert dict(sent)["csrf_token"] == browser.cookies["lms-csrf"]
    assert "&lt;b&gt;cultuur" in back.text and "<b>cultuur" not in back.text
    assert browser.get("/profile").status_int == 200


@pytest.mark.promise("A4")
def test_what_comes_back_is_sent_on_and_done(browse: Any, registry: Any) -> None:
    browser = browse("anna")
    form = browser.get("/profile").forms["form"]
    form["language"] = "en"
    browser.reset()
    page = form.submit("submit", status=403)
    back = fill_in(page).submit("sign_in", status=200)
    assert resume_form(back).submit().location.endswith("/profile?saved=1")
    with changing(registry) as institution:
        assert person_with(institution, "anna@noord.test").language == "en"


@pytest.mark.promise("A4", "A5")
def test_a_file_that_came_without_login_comes_back_too(browse: Any, registry: Any) -> None:
    path, pairs = posted(registry)
    files = [("files", "verslag.txt", b"mijn verslag"), ("files", "bijlage.txt", b"bijlage")]
    page = browse().post(path, pairs, upload_files=files, status=403)
    back = fill_in(page).submit("sign_in", status=200)
    sent = resume_form(back).submit_fields()
    start, end = (
        sent.index(("__start__", "files:sequence")),
        sent.index(("__end__", "files:sequence")),
    )
    ids = [value for _name, value in sent[start + 2 : end]]
    with changing(registry) as institution:
        staged = person_with(institution, "anna@noord.test").staged
        assert [staged[name].name for name in ids] == ["verslag.txt", "bijlage.txt"]


def test_who_has_200_mb_waiting_is_told_that_a_file_was_not_kept(
    browse: Any, registry: Any
) -> None:
    with changing(registry) as institution:
        anna = person_with(institution, "anna@noord.test")
        waiting = anna.staged.stage(StoredFile("film.mp4", "", datetime.now(UTC)))
        waiting.size = MOST_STAGED - 5
    browser = browse("anna")
    sent = dict(browser.get("/profile").forms["form"].submit_fields("submit"))
    files = [("files", "past.txt", b"12345"), ("files", "te veel.txt", b"1")]
    page = browser.post("/profile", sent, upload_files=files, status=422)
    assert "te veel.txt" in page.text and "past.txt" not in page.text
    with changing(registry) as institution:
        staged = person_with(institution, "anna@noord.test").staged
        assert {file.name for file in staged.values()} == {"film.mp4", "past.txt"}


def test_somebody_else_who_signs_in_sees_nothing_of_it(browse: Any, registry: Any) -> None:
    path, pairs = posted(registry)
    browser = browse()
    answer = fill_in(browser.post(path, pairs, status=403), "bram").submit("sign_in")
    assert (answer.status_int, answer.location) == (303, "http://noord.test/")
    assert "cultuur" not in answer.text and browser.get("/profile").status_int == 200
    assert "cultuur" not in browser.post(path, pairs, status=403).text


@pytest.mark.promise("A4")
def test_with_a_stale_token_only_the_text_is_there_at_once(browse: Any, registry: Any) -> None:
    path, pairs = posted(registry)
    browser = browse("anna")
    sent = resume_form(browser.post(path, pairs, status=200)).submit_fields()
    assert dict(sent)["text"] == LONG.replace("\r\n", "\n")


def test_who_signed_in_again_in_another_tab_gets_the_text_by_pressing_sign_in(
    browse: Any, registry: Any
) -> None:
    path, pairs = posted(registry)
    browser = browse()
    page = browser.post(path, pairs, status=403)
    sign_in(browser)
    back = page.forms["form"].submit("sign_in", status=200)
    assert dict(resume_form(back).submit_fields())["text"] == LONG.replace("\r\n", "\n")


def test_a_form_of_nobody_of_another_institution_or_too_long_is_not_carried(
    browse: Any, registry: Any
) -> None:
    path, pairs = posted(registry)
    _id, foreign = key_for(registry, "anna", "zuid.test")
    secret = registry.lms.secret(registry.lms.entry("noord.test"))
    _id, old = key_for(registry, "anna", hours=13)
    for key in ("", "x.y.z", foreign, old, form_key(secret, "", datetime.now(UTC))):
        wrong = [(name, key if name == "key" else value) for name, value in pairs]
        assert "kept" not in browse().post(path, wrong, status=403).text
    long = [*pairs, ("more", "a" * (2 * 2**20))]
    assert "kept" not in browse().post(path, long, status=403).text


def test_what_a_visitor_puts_into_a_sign_in_form_is_not_shown_to_others(
    browse: Any, registry: Any
) -> None:
    _id, key = key_for(registry, "bram")
    for kept in ("key=" + key + "&text=" + "a" * 90, "text=abc", "%00=&&&=", ""):
        browser = browse()
        form = fill_in(browser.get("/sign-in"))
        form["kept"], form["kept_path"] = kept, "//evil.test"
        assert form.submit("sign_in").location == "http://noord.test/"
    browser = browse()
    form = fill_in(browser.get("/sign-in"), "bram")
    form["kept"], form["kept_path"] = "key=" + key, "//evil.test"
    assert "evil" not in form.submit("sign_in", status=200).text


@pytest.mark.parametrize(
    "headers", [{"Accept": "application/json"}, {"X-Requested-With": "XMLHttpRequest"}]
)
def test_a_script_gets_a_short_refusal(browse: Any, registry: Any, headers: Any) -> None:
    path, pairs = posted(registry)
    for browser in (browse(), browse("anna")):
        answer = browser.post(path, pairs, headers=headers, status=403)
        assert answer.json == {}


def test_broken_posts_without_login_are_answered_calmly(browse: Any) -> None:
    home = browse("anna").home
    for body, kind in (
        (b"\xff\xfe=%ff&%", "application/x-www-form-urlencoded"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"{}", "application/json"),
        (b"", "text/plain"),
    ):
        for browser in (browse(), browse("anna")):
            for path in (home, "/profile", "/sign-in"):
                answer = browser.post(path, body, content_type=kind, expect_errors=True)
                assert 400 <= answer.status_int < 500, (kind, path)
