"""What only comes to light when a plugin is used in an institution."""

from __future__ import annotations

from typing import Any

import pytest

from lms_leiderschap.checking.checks import CHECKS, run
from lms_leiderschap.checking.finding import level_of

FAILING = """

@plugin.panel("participant.week")
def week(context):
    raise RuntimeError("geen paneel")


@plugin.on("feedback.released")
def released(event):
    raise RuntimeError("geen gebeurtenis")
"""
# A deep plugin in which nearly everything is wrong that can be.
WRONG = '''

class Own:
    """A class that must never be stored."""


def page(request):
    from pyramid.response import Response

    return Response('<p style="color: red">Rood<input id="a" name="a"></p>')


def keep_own(event):
    event.submission.work.own = Own()


def includeme(config):
    from pyramid.security import NO_PERMISSION_REQUIRED

    from lms_leiderschap.submission.events import SubmissionReceived
    for name in ("NAME-page", "loose"):
        config.add_route(name, name)
        config.add_view(page, route_name=name, permission=NO_PERMISSION_REQUIRED)
    config.add_subscriber(keep_own, SubmissionReceived)
'''

@pytest.fixture(scope="module")
def wrong(long_author: Any) -> Any:
    """One plugin with all of it: it is used once, and every test looks at the same."""
    draft = long_author()
    draft.add(WRONG.replace("NAME", draft.name))
    draft.code("reflection\", \"Terugblik\", min_words=100,",
               "reflection\", \"Terugblik\", kind=\"entries\",")  # fmt: skip
    assert draft.subject.plugins.deep
    return draft


@pytest.mark.parametrize("python", [True, False])
def test_a_plugin_that_was_just_begun_is_silver(author: Any, python: bool) -> None:
    outcomes = list(run(author(python=python).subject))
    assert {outcome.name for outcome in outcomes} == {*(c.name for c in CHECKS), "browser"}
    assert [str(each) for outcome in outcomes if outcome.level != "goud"
            for each in outcome.findings] == []  # fmt: skip
    assert level_of(outcomes) == "zilver"


def test_using_it_opens_its_pages_and_hands_in(author: Any) -> None:
    draft = author()
    assert draft.subject.use.findings == []
    ends = {page.path.rpartition("/")[2] for page in draft.subject.use.pages}
    assert {"submit", "preview", "receipt", "read", "feedback", "switch-on", "settings",
            "modules"} <= ends  # fmt: skip

    def look(institution: Any) -> Any:
        [work] = draft.subject.site.newcomer(institution).work.values()
        return work.last.missing, work.last.outcome, len(work.versions)

    assert draft.subject.site.within(look) == ((), "met", 1)
    kept = draft.subject.site.within(
        lambda institution: len(institution.addons[draft.name].records))  # fmt: skip
    assert kept == 19


def test_a_form_that_cannot_be_handed_in_is_named(wrong: Any) -> None:
    found = wrong.found("forms")
    assert any("cannot be handed in" in each.what for each in found)


def test_pages_with_something_inline_or_without_a_label_are_named(wrong: Any) -> None:
    said = " ".join(each.what for each in wrong.found("pages"))
    assert f"/x/{wrong.name}/{wrong.name}-page" in said
    assert "style of its own" in said and "has no label" in said


def test_what_fails_in_use_is_named_with_its_line(author: Any) -> None:
    found = author().add(FAILING).found("failures")
    assert {"panel participant.week", "event feedback.released"} <= {
        each.what.partition(" failed")[0] for each in found}  # fmt: skip
    assert all(each.file.endswith("__init__.py") and each.line > 120 for each in found)


def test_a_route_without_the_name_is_named(wrong: Any) -> None:
    assert any("'loose'" in each.what for each in wrong.found("names"))
    assert not any(f"'{wrong.name}-page'" in each.what for each in wrong.found("names"))


TWEEN = """

def in_the_way(handler, registry):
    from pyramid.response import Response

    def tween(request):
        return Response(status=410) if request.path == "/thread" else handler(request)

    return tween


def includeme(config):
    config.add_tween(f"{__name__}.in_the_way")
"""


def test_a_plugin_that_stays_in_the_way_when_it_is_off_is_named(author: Any) -> None:
    draft = author().add(TWEEN)
    assert any("With the plugin off, /thread is answered with 410" in each.what
               for each in draft.found("staying"))  # fmt: skip


def test_changed_work_is_seen_and_other_changes_are_not(author: Any) -> None:
    site = author(python=False).subject.site
    before = site.work()

    def write(institution: Any) -> None:
        newcomer = site.newcomer(institution)
        for work in newcomer.work.values():
            work.note = "anders"

    site.within(lambda institution: setattr(institution, "title", "Andere naam"))
    assert site.work() == before
    site.within(write)
    assert site.work() != before


def test_a_class_that_it_stored_is_named(wrong: Any) -> None:
    assert any(f"{wrong.package.name}.Own" in each.what for each in wrong.found("removal"))
