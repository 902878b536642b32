"""What comes in use: looked at again at that moment, and no other than what was read about."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from ZODB.POSException import ConflictError

from lms_leiderschap.addon.actions import pause
from lms_leiderschap.addon.data_actions import update
from lms_leiderschap.addon.receiving import check_in_use
from lms_leiderschap.addon.shelf import bundle_of, plugin_of
from lms_leiderschap.cli import plugins
from lms_leiderschap.errors import SettingError
from lms_leiderschap.institution.actions import SYSTEM
from tests.addon.test_folders import EDITION, added, hand_in, switched_on, upload
from tests.addon.test_going_back import opened
from tests.addon.zips import files, zipped

PAIR = (("zz", "m1"), ("aa", "m2"))


def sharing(name: str, module: str) -> dict[str, bytes]:
    """A next version that also brings the module "shared"."""
    found = files(name=name, module=module, version="1.1.0")
    shared = files(module="shared")["modules/shared.toml"]
    found["modules/shared.toml"] = shared.replace(b"shared-verslag", f"{module}-verslag".encode())
    return found


def press(ada: Any, name: str, what: str = "update", **more: Any) -> Any:
    return ada.get(f"/addons/{name}/{what}").forms["form"].submit(what, **more)


@pytest.fixture
def two(browse: Any) -> Any:
    """Two folders in use; of both a version waits that brings the same module."""
    ada = browse("ada")
    for name, module in PAIR:
        upload(ada, zipped(files(name=name, module=module)), status=303)
        switched_on(ada, name)
    for name, module in PAIR:
        upload(ada, zipped(sharing(name, module)), status=303)
    return ada


def test_of_two_that_wait_with_one_name_the_later_is_refused(two: Any) -> None:
    press(two, "zz", status=303)
    page = press(two, "aa", status=422)
    assert "Samen leren kan niet in gebruik: Uitbreiding ‘zz’ heeft al een module ‘shared’" in page
    for name, version in (("zz", "1.1.0"), ("aa", "1.0.0")):
        page = two.get(f"/addons/{name}")
        assert "Geparkeerd" not in page and f"versie {version}" in page


def test_going_back_to_a_name_that_another_has_now_is_refused(browse: Any) -> None:
    ada = browse("ada")
    for name, module in PAIR:
        upload(ada, zipped(files(name=name, module=module)), status=303)
    upload(ada, zipped(files(name="zz", module="m3", version="1.1.0")), status=303)
    switched_on(ada, "zz")
    press(ada, "zz", status=303)
    upload(ada, zipped(files(name="aa", module="m1", version="1.1.0")), status=303)
    switched_on(ada, "aa")
    press(ada, "aa", status=303)
    page = press(ada, "zz", "undo", status=422)
    assert "Uitbreiding ‘aa’ heeft al een module ‘m1’." in page


def test_two_that_come_in_use_at_one_moment_conflict(two: Any, registry: Any) -> None:
    with opened(registry) as (one, first), opened(registry) as (other, second):
        for institution, name in ((first, "zz"), (second, "aa")):
            addon = institution.addons[name]
            check_in_use(institution, registry.shelves,
                         plugin_of(bundle_of(addon.folder(addon.waiting))))
            update(institution, name, "1.1.0", {}, by=SYSTEM, at=datetime.now(UTC))
        one.commit()
        with pytest.raises(ConflictError):
            other.commit()


def test_who_came_first_keeps_a_name_that_two_have(two: Any, registry: Any) -> None:
    """As a database may be from before this was looked at."""
    entry = registry.lms.institutions[0]
    for name in ("aa", "zz"):
        registry.jobs.within(entry, lambda one, name=name: update(
            one, name, "1.1.0", {}, by=SYSTEM, at=datetime.now(UTC)))
    shelf = registry.jobs.within(entry, registry.shelves.of)
    assert "zz" in shelf.loaded and [row.name for row in shelf.parked] == ["aa"]


def test_what_is_pressed_is_what_was_read(browse: Any) -> None:
    ada = browse("ada")
    upload(ada, zipped(), status=303)
    switched_on(ada)
    upload(ada, zipped(files(version="1.1.0")), status=303)
    form = ada.get("/addons/samen/update").forms["form"]
    other = files(version="1.2.0")
    other["texts/voor.md"] = b"Heel anders."
    upload(ada, zipped(other), status=303)
    page = form.submit("update", status=422)
    assert "Intussen staat een andere versie klaar" in page and "naar <b>1.2.0</b>" in page
    assert "versie 1.0.0" in ada.get("/addons/samen")
    page.forms["form"].submit("update", status=303)
    assert "versie 1.2.0" in ada.get("/addons/samen")
    assert "Er is niets om bij te werken" in form.submit("update", status=422)


def test_a_lower_version_is_no_update(browse: Any) -> None:
    ada = browse("ada")
    upload(ada, zipped(files(version="1.1.0")), status=303)
    page = upload(ada, zipped(), status=422)
    assert "versie 1.1.0 van ‘samen’ is in gebruik. Geef deze een hoger versienummer." in page


def test_switching_on_offers_nothing_of_what_is_paused(browse: Any, registry: Any) -> None:
    ada, olga = browse("ada"), browse("olga")
    upload(ada, zipped(), status=303)
    paused = files(name="tweede", module="tweede")
    report = files()["reports/samen-leren-verslag.toml"].replace(
        b"[report]", b'[report]\nversion = "2.0.0"').replace(b"Bevindingen", b"Van de tweede")
    paused["reports/samen-leren-verslag.toml"] = report
    upload(ada, zipped(paused), status=303)
    switched_on(ada, "tweede")
    entry = registry.lms.institutions[0]
    registry.jobs.within(entry, lambda one: pause(
        one, "tweede", "Even niet", "", by=SYSTEM, at=datetime.now(UTC)))
    form = ada.get("/addons/samen/switch-on").forms["form"]
    form["chosen"] = True
    form.submit("on", status=303)
    anna = browse("anna")
    page = anna.get(f"{anna.home}/work/samen-leren.punt/submit")
    assert "Bevindingen" in page and "Van de tweede" not in page
    assert "Samen leren" in olga.get(EDITION)


def test_one_that_is_paused_is_switched_on_without_adding_it_anywhere(
    browse: Any, registry: Any
) -> None:
    ada = browse("ada")
    upload(ada, zipped(), status=303)
    switched_on(ada)
    registry.jobs.within(registry.lms.institutions[0], lambda one: pause(
        one, "samen", "Even niet", "", by=SYSTEM, at=datetime.now(UTC)))
    ada.get("/addons/samen/switch-off").forms["form"].submit("off", status=303)
    form = ada.get("/addons/samen/switch-on").forms["form"]
    assert "chosen" not in form.fields
    form.submit("on", status=303)


def test_an_export_has_one_name_for_each_folder(browse: Any, registry: Any) -> None:
    ada = browse("ada")
    upload(ada, zipped(), status=303)
    switched_on(ada)
    added(browse("olga"))
    hand_in(browse("anna"))
    form = ada.get("/addons/samen/edit-head").forms["form"]
    form["title"] = "Anders"
    form.submit("save", status=303)
    export = next(each for each in ada.get("/addons/samen").forms.values()
                  if each.action.endswith("export")).submit()
    archive = zipfile.ZipFile(io.BytesIO(export.body))
    folders = [name for name in archive.namelist() if name.startswith("folders/")]
    assert sorted(folders) == ["folders/samen-1.0.0-draft.zip", "folders/samen-1.0.0.zip"]
    assert archive.read("folders/samen-1.0.0.zip") == zipped()
    assert json.loads(archive.read("data.json"))["addon"] == "samen"


def test_the_command_line_looks_again_too(two: Any, registry: Any) -> None:
    entry = registry.lms.institutions[0]

    def upgraded(name: str) -> Any:
        return registry.jobs.within(entry, lambda one: plugins._upgraded(
            registry, one, name, dry=False))

    assert upgraded("zz").version == "1.1.0"
    with pytest.raises(SettingError, match="plugin 'zz' brings a module 'shared' already"):
        upgraded("aa")
