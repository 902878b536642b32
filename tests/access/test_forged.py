"""What another site can have a browser send does nothing here, and leads nobody away."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.access.conftest import Asker
from tests.access.test_matrix import METHODS, pages
from tests.access.world import changing
from tests.conftest import PASSWORD

PUBLIC = ("/sign-in", "/sign-in-link", "/forgot-password", "/sign-out", "/link/reset/a.b",
          "/link/sign_in/a.b", "/link/invitation/a.b")  # fmt: skip
WRONG = ("", "wrong", "0" * 40, "é\u2028", "a" * 5000)
ELSEWHERE = ("https://evil.test", "null", "http://noord.test.evil.test", "https://zuid.test")
NAMES = ("next", "came_from", "return_url", "url", "redirect", "kept_path")
OFF_SITE = (
    "//evil.test", "///evil.test", "////evil.test", "/\\evil.test", "\\/evil.test", "\\\\evil.test",
    "https://evil.test", "http:evil.test", "https:/evil.test", "HTTPS://EVIL.TEST",
    "javascript:alert(1)", "data:text/html,x", "/\t/evil.test", "/\n/evil.test", "\t//evil.test",
    " //evil.test", "/%09/evil.test/..//", "//evil%E3%80%82test", "/é//evil.test",
    "//noord.test@evil.test", "//evil.test/..",
    "http://noord.test@evil.test", "http://noord.test.evil.test", "/\r\nLocation: //evil.test",
    "/;@evil.test", "/.evil.test", "//[::1]", "/" + "a" * 3000, "?next=//evil.test", "",
)  # fmt: skip


@pytest.mark.promise("D3")
def test_nothing_is_done_that_another_site_had_a_browser_send(
    registry: Any, world: Any, everybody: dict[str, Asker], figure: Any
) -> None:
    """By those who may: without a token, with a wrong one, and with a right one from elsewhere."""
    accepted, sent = [], 0
    with changing(registry) as institution:
        storage = institution._p_jar.db().storage
    before = storage.lastTransaction()
    targets = [(page.path, sorted(page.may["POST"])[0])
               for page in pages(registry, world["noord"]) if page.may.get("POST")]  # fmt: skip
    for path, who in targets + [(path, "nobody") for path in PUBLIC]:
        one = everybody[who]
        forged = [(one, {"csrf_token": token}, {}) for token in WRONG]
        forged += [(one, {}, {"HTTP_ORIGIN": origin, "wsgi.url_scheme": "https"})
                   for origin in ELSEWHERE]  # fmt: skip
        for asker, values, environ in forged:
            if environ:  # over https the cookies have another name
                asker.cookies |= {f"__Host-{name}": asker.cookies[name]
                                  for name in ("lms", "lms-csrf") if name in asker.cookies}
            answer = asker.ask("POST", path, values, **environ)
            sent += 1
            if answer.status_int not in (400, 403, 404, 410):
                accepted.append((who, path, values, environ, answer.status))
    figure("forged forms", sent, "forms", at_least=500)
    assert accepted == [] and storage.lastTransaction() == before
    figure("accepted", len(accepted), "forms", at_most=0)


@pytest.mark.promise("D7")
def test_no_parameter_leads_to_another_site(asker: Any, registry: Any, figure: Any) -> None:
    """Before signing in, while doing so, after it, and on the way to a private page."""
    led, tried = [], 0
    for address in OFF_SITE:
        query = urlencode(dict.fromkeys(NAMES, address))
        signed_in, fresh = asker("anna"), asker()
        form = {"email": "anna@noord.test", "password": PASSWORD, "sign_in": ""}
        answers = [one.ask("GET", f"{path}?{query}") for one in (signed_in, fresh)
                   for path in ("/", "/sign-in", "/week", "/sign-in-link")]  # fmt: skip
        answers.append(fresh.ask("POST", f"/sign-in?{query}", form | dict.fromkeys(NAMES, address)))
        answers.append(signed_in.ask("POST", f"/sign-out?{query}", dict.fromkeys(NAMES, address)))
        for answer in answers:
            tried += 1
            location = answer.headers.get("Location", "http://noord.test/")
            if not location.startswith("http://noord.test/"):
                led.append((address, location))
    figure("addresses tried", tried, "answers", at_least=250)
    figure("led to another site", len(led), "answers", at_most=0)


@pytest.mark.promise("D6")
@pytest.mark.parametrize("host", ["elders.test", "noord.test.elders.test", "", "noord.test:81"])
def test_an_unknown_host_is_400_for_every_page_and_method(
    registry: Any, world: Any, asker: Any, host: str
) -> None:
    one = asker("ada")
    one.host = host
    paths = {page.path for page in pages(registry, world["noord"])} | set(PUBLIC)
    asked = sorted(paths | {"/", "/nergens", "/x/hrm/iets"})[::3]
    found = {(method, path): one.ask(method, path).status_int
             for path in asked for method in (*METHODS, "PUT", "DELETE", "OPTIONS")}  # fmt: skip
    assert {at: status for at, status in found.items() if status != 400} == {}
