"""An edition that is moved while people write: nothing that was typed goes out of sight."""

from __future__ import annotations

from typing import Any

import pytest

from tests.addon.test_folders import EDITION, added, hand_in, switched_on, upload
from tests.addon.zips import MORE, files, zipped

REPORT = "reports/samen-leren-verslag.toml"
MODULE = "modules/samen-leren.toml"
WORK = "/work/samen-leren.punt"


def version(number: str, *, second: bool = False, **changes: tuple[bytes, bytes]) -> bytes:
    """A zip of this version; `second` gives the report two parts."""
    found = files(version=number)
    if second:
        found[REPORT] += MORE.encode()
    for name, (old, new) in changes.items():
        path = {"report": REPORT, "module": MODULE}[name]
        assert old in found[path]
        found[path] = found[path].replace(old, new)
    return zipped(found)


def taken_in(ada: Any, data: bytes) -> None:
    upload(ada, data, status=303)
    ada.get("/addons/samen/update").forms["form"].submit("update", status=303)


def move(olga: Any, **more: Any) -> Any:
    return olga.get(f"{EDITION}/move?module=samen-leren").forms["form"].submit("move", **more)


@pytest.fixture
def two_parts(browse: Any) -> Any:
    """The folder with a report of two parts is on and in the edition."""
    ada = browse("ada")
    upload(ada, version("1.0.0", second=True), status=303)
    switched_on(ada)
    added(browse("olga"))
    return ada


def test_the_writing_page_opens_after_a_move_in_the_same_process(
    browse: Any, two_parts: Any
) -> None:
    anna, olga = browse("anna"), browse("olga")
    assert "Terugblik" in anna.get(f"{anna.home}{WORK}/submit")
    title = b'title = "Terugblik"'
    third = (title, title + b'\n[[parts]]\nkey = "more"\ntitle = "Meer"')
    taken_in(two_parts, version("1.1.0", second=True, report=third))
    move(olga, status=303)
    page = anna.get(f"{anna.home}{WORK}/submit")
    assert "Meer" in page
    form = page.forms["report"]
    for place in range(3):
        form.set("text", f"Tekst {place}", index=place)
    form["names"] = True
    assert "/receipt" in form.submit("hand_in", status=303).location


@pytest.mark.parametrize("button", ["save", "hand_in"])
def test_what_was_typed_before_a_move_is_shown_and_not_dropped(
    browse: Any, two_parts: Any, button: str
) -> None:
    anna, olga = browse("anna"), browse("olga")
    form = anna.get(f"{anna.home}{WORK}/submit").forms["report"]
    form.set("text", "In deel een.", index=0)
    form.set("text", "In deel twee.", index=1)
    form["names"] = True
    taken_in(two_parts, version("2.0.0"))
    move(olga, status=303)
    page = form.submit(button, status=422)
    assert "In deel een." in page and "In deel twee." in page
    assert "gewijzigd terwijl u schreef" in page and "Terugblik" in page
    again = page.forms["report"]
    assert again["text"].value == "In deel een."
    again["names"] = True
    done = again.submit("hand_in", status=303).follow()
    assert "/receipt" in done.request.path


def test_a_move_of_something_else_asks_nobody_again(browse: Any, two_parts: Any) -> None:
    anna = browse("anna")
    other = next(link["href"] for link in anna.get("/week").html.select("main a[href]")
                 if "/work/" in link["href"] and WORK not in link["href"])
    form = anna.get(f"{other.partition('/submit')[0]}/submit").forms["report"]
    taken_in(two_parts, version("2.0.0"))
    move(browse("olga"), status=303)
    form.submit("save", status=303)


@pytest.mark.parametrize("words", ["-1", "1000000", "één"])
def test_a_generation_that_never_was_is_asked_again(
    browse: Any, two_parts: Any, words: str
) -> None:
    anna = browse("anna")
    form = anna.get(f"{anna.home}{WORK}/submit").forms["report"]
    form["generation"] = words
    form.submit("save", status=422)


LOSSES = {
    "the part goes": {"second": False},
    "another kind": {"second": True, "report": (
        b'key = "reflection"', b'key = "reflection"\nkind = "entries"\nentry_fields = ["what"]')},
    "fewer parts asked": {"second": True, "module": (
        b'report = "samen-leren-verslag"',
        b'report = "samen-leren-verslag"\nreport_parts = ["findings"]')},
    "another report": {"second": True, "module": (
        b'report = "samen-leren-verslag"', b'report = "pop"')},
    "no report": {"second": True, "module": (
        b'report = "samen-leren-verslag"', b'kind = "reading"')},
}


@pytest.mark.parametrize("loss", LOSSES)
def test_a_draft_in_the_way_stops_the_move_whatever_takes_its_part(
    browse: Any, two_parts: Any, loss: str
) -> None:
    bram, olga = browse("bram"), browse("olga")
    form = bram.get(f"{bram.home}{WORK}/submit").forms["report"]
    form.set("text", "Half af.", index=1)
    form.submit("save", status=303)
    taken_in(two_parts, version("2.0.0", **LOSSES[loss]))
    page = olga.get(f"{EDITION}/move?module=samen-leren")
    assert "er wordt niets weggegooid" in page and "form" not in page.forms
    assert "Half af." in bram.get(f"{bram.home}{WORK}/submit")


def test_text_of_a_part_that_went_stays_in_sight(
    browse: Any, two_parts: Any, registry: Any
) -> None:
    """As when a draft was saved at the very moment of the move."""
    bram, olga = browse("bram"), browse("olga")
    taken_in(two_parts, version("2.0.0"))
    form = olga.get(f"{EDITION}/move?module=samen-leren").forms["form"]
    form.submit("move", status=303)
    entry = registry.lms.institutions[0]

    def save_late(one: Any) -> None:
        from lms_leiderschap.submission.blocks import blocks_from_text
        from lms_leiderschap.submission.model import DraftPart

        edition = one.programmes["plg-leergang"].editions["2026"]
        work = edition.enrolments[bram.home.split("/")[-1]].work["samen-leren.punt"]
        draft = work.parts["reflection"] = DraftPart()
        draft.value = {"blocks": blocks_from_text("Net te laat."), "in_file": False}

    registry.jobs.within(entry, save_late)
    for path in ("", "/submit"):
        page = bram.get(f"{bram.home}{WORK}{path}")
        assert "Net te laat." in page and "Terugblik" in page


def test_an_old_version_keeps_the_title_it_had(browse: Any, two_parts: Any) -> None:
    anna, olga, pieter = browse("anna"), browse("olga"), browse("pieter")
    hand_in_two(anna)
    taken_in(two_parts, version("1.1.0", second=True, module=(
        "Eén verbeterpunt".encode(), b"Een ander woord")))
    move(olga, status=303)
    first = f"{anna.home}{WORK}/versions/1"
    for who, path in ((anna, f"{first}/receipt"), (anna, f"{first}/read"), (pieter, f"{first}/")):
        assert "Eén verbeterpunt" in who.get(path)
    assert "Een ander woord" in anna.get(f"{anna.home}{WORK}")


def hand_in_two(who: Any) -> Any:
    form = who.get(f"{who.home}{WORK}/submit").forms["report"]
    form.set("text", "Bevinding.", index=0)
    form.set("text", "Terugblik.", index=1)
    form["names"] = True
    return form.submit("hand_in", status=303)


def test_hand_in_of_one_part_is_still_known(browse: Any) -> None:
    ada, anna = browse("ada"), browse("anna")
    upload(ada, zipped(), status=303)
    switched_on(ada)
    added(browse("olga"))
    assert "receipt" in hand_in(anna).request.path
