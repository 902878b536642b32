"""Every role on every page: what is allowed opens, all else looks like what does not exist.

The pages come from the application itself; who may do what is written down here a second time, by
hand, so that a slip in the table of permissions shows.
"""

from __future__ import annotations

from typing import Any

from pyramid.security import NO_PERMISSION_REQUIRED

from lms_leiderschap.enrolment.model import Enrolment
from lms_leiderschap.institution.addon import AddOns
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.permissions import Permission
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.submission.model import Submission, Work

P = Permission
EVERYBODY = {"anna", "bram", "pieter", "olga", "ada"}
MAY = {
    P.SEE_OWN: EVERYBODY,
    P.SEE_QUEUE: EVERYBODY,
    P.READ_WORK: {"anna"},
    P.WRITE_WORK: {"anna"},
    P.READ_FEEDBACK: {"anna"},
    P.GIVE_FEEDBACK: {"pieter"},
    P.SEE_EDITION: {"pieter", "olga", "ada"},
    P.RUN_EDITION: {"olga", "ada"},
    P.MANAGE_ROLES: {"ada"},
    P.READ_AUDIT: {"ada"},
    P.MANAGE_ADDONS: {"ada"},
}
# Pages that are narrower than their permission, each for a reason of its own.
NARROWER = {("queue", "Institution"): {"pieter"}, ("release", "Institution"): {"pieter"}}
NEEDS_MORE = {
    "remark",
    "take-role",
    "take-teacher",
    "choose-meeting",
    "instrument",
    "move",
    "trace",
    "settings",
    "image",
    "edit-module",
    "edit-assignment",
    "add-assignment",
    "remove-module",
    "remove-assignment",
    "remove-image",
    "destroy",
    "preview",
    "picture",
}  # without their own query, or before their own moment, they are not there


def pages(registry: Any) -> list[tuple[type, str, Any]]:
    """(kind of resource, name, permission) of every page that is opened with GET."""
    found = []
    for item in registry.introspector.get_category("views"):
        view = item["introspectable"]
        methods = view["request_methods"] or ("GET",)
        named = [r["value"] for r in item["related"] if r.category_name == "permissions"]
        kind = view["context"]
        if not isinstance(kind, type) or not kind.__module__.startswith("lms_leiderschap."):
            continue
        drawn = "GET" in ([methods] if isinstance(methods, str) else methods)
        private = bool(named) and named[0] != NO_PERMISSION_REQUIRED
        if drawn and private and view["name"] not in NEEDS_MORE:
            found.append((kind, view["name"], named[0]))
    return found


def opens(browser: Any, path: str) -> bool:
    answer = browser.get(path, expect_errors=True)
    assert answer.status_int < 500, path
    if answer.status_int == 303:
        return "/sign-in" not in answer.location
    return answer.status_int == 200


def test_every_role_opens_what_it_may_and_nothing_else(
    registry: Any, places: dict[type, str], browse: Any
) -> None:
    browsers = {who: browse(who) for who in EVERYBODY} | {"nobody": browse()}
    allowed: dict[tuple[type, str], set[str]] = {}
    for kind, name, permission in pages(registry):
        assert kind in places, f"add an address for {kind.__name__}"
        may = NARROWER.get((name, kind.__name__), MAY[permission])
        allowed[kind, name] = allowed.get((kind, name), set()) | may
    wrong = [
        (who, kind.__name__, name, who in may)
        for (kind, name), may in allowed.items()
        for who, browser in browsers.items()
        if opens(browser, f"{places[kind]}/{name}") != (who in may)
    ]
    assert wrong == []
    assert len(allowed) * len(browsers) > 150


def test_the_second_institution_knows_none_of_it(places: dict[type, str], browse: Any) -> None:
    for who in EVERYBODY:
        stranger = browse(who, host="zuid.test")
        for kind, path in places.items():
            if kind not in (Institution, Edition, AddOns):
                assert stranger.get(path + "/", expect_errors=True).status_int == 404


def test_a_cookie_of_one_institution_opens_nothing_in_another(browse: Any) -> None:
    ada = browse("ada")
    ada.extra_environ["HTTP_HOST"] = "zuid.test"
    answer = ada.get("/addons", expect_errors=True)
    assert answer.status_int == 303 and "/sign-in" in answer.location


def test_missing_and_foreign_look_the_same(places: dict[type, str], browse: Any) -> None:
    bram = browse("bram")
    for kind in (Work, Submission, Enrolment):
        foreign = bram.get(places[kind] + "/", expect_errors=True)
        missing = bram.get(places[kind] + "x/", expect_errors=True)
        assert (foreign.status_int, foreign.text) == (missing.status_int, missing.text)


def test_an_unknown_host_is_refused(browse: Any) -> None:
    assert browse(host="elders.test").get("/", expect_errors=True).status_int == 400
