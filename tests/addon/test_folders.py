"""Folder plugins: uploaded, switched on, used, updated and refused, without a restart."""

from __future__ import annotations

import io
import threading
import time
import zipfile
from typing import Any

import pytest
from webtest import Upload

from lms_leiderschap.plugin.parcel.archive import read_zip, write_zip
from lms_leiderschap.plugin.parcel.keys import new_key
from lms_leiderschap.plugin.parcel.signing import sign
from lms_leiderschap.plugin.parcel.trust import Trust
from lms_leiderschap.web.layout import compile_templates
from tests.addon.zips import MORE, REPORT, bundle, files, zipped

EDITION = "/programmes/plg-leergang/editions/2026"


def upload(ada: Any, data: bytes, name: str = "samen.zip", **more: Any) -> Any:
    form = ada.get("/add-addon").forms["form"]
    form["zip"] = Upload(name, data, "application/zip")
    return form.submit("add", **more)


def switched_on(ada: Any, name: str = "samen") -> None:
    ada.get(f"/addons/{name}").click("Zet aan").forms["form"].submit("on", status=303)


def added(olga: Any, module: str = "samen-leren") -> Any:
    page = olga.get(f"{EDITION}/move?module={module}")
    return page.forms["form"].submit("move").follow()


@pytest.fixture
def samen(browse: Any) -> Any:
    """The folder is uploaded, on, and its module in the running edition."""
    ada = browse("ada")
    upload(ada, zipped(), status=303)
    switched_on(ada)
    added(browse("olga"))
    return ada


def hand_in(who: Any, text: str = "Wat ik zag.") -> Any:
    form = who.get(f"{who.home}/work/samen-leren.punt/submit").forms["report"]
    form.set("text", text, index=0)
    form["names"] = True
    return form.submit("hand_in", status=303).follow()


def test_from_zip_to_feedback_without_a_restart(samen: Any, browse: Any) -> None:
    anna, pieter = browse("anna"), browse("pieter")
    page = anna.get(f"{anna.home}/work/samen-leren.punt")
    assert "Eén verbeterpunt" in page and "Herkennen wat een lerend team kenmerkt." in page
    hand_in(anna)
    assert "Wat ik zag." in pieter.get(f"{anna.home}/work/samen-leren.punt/versions/1/")
    assert "Samen leren in het team" in browse("olga").get(EDITION)


def test_switching_on_says_first_what_is_added(browse: Any) -> None:
    ada = browse("ada")
    page = upload(ada, zipped(), status=303).follow()
    assert "ontvangen en nagekeken" in page and "Afzender onbekend" in page
    page = page.click("Zet aan")
    text = page.html.text
    for said in ("Samen leren in het team: Eén verbeterpunt", "Verslag van een verbeterpunt",
                 "Bewaart zelf niets.", "Verstuurt niets."):  # fmt: skip
        assert said in text
    assert "Geïnstalleerd, niet aan" in ada.get("/addons/samen")


def test_what_is_uploaded_comes_back_byte_for_byte(samen: Any, browse: Any) -> None:
    data = samen.get("/addons/samen/download").body
    assert data == zipped()
    assert dict(read_zip(data)) == dict(bundle())
    other = browse("ada", host="zuid.test")
    upload(other, data, status=303)
    assert other.get("/addons/samen/download").body == data


def test_a_folder_of_one_institution_is_not_there_for_another(samen: Any, browse: Any) -> None:
    other = browse("ada", host="zuid.test")
    assert "Samen leren" not in other.get("/addons")
    for name in ("", "/download", "/edit", "/switch-on"):
        other.get(f"/addons/samen{name}", status=404)


def test_an_update_waits_shows_what_changed_and_leaves_the_edition(
    samen: Any, browse: Any
) -> None:
    anna, olga = browse("anna"), browse("olga")
    hand_in(anna)
    newer = files(version="1.1.0")
    newer["reports/samen-leren-verslag.toml"] += MORE.encode()
    upload(samen, zipped(newer), status=303)
    page = samen.get("/addons")
    assert "Update klaar" in page and "1.1.0" in page
    page = samen.get("/addons/samen/update")
    assert "Een vraag erbij." in page
    page.forms["form"].submit("update", status=303)
    bram = browse("bram")
    assert "Terugblik" not in bram.get(f"{bram.home}/work/samen-leren.punt")
    # The office moves the edition on purpose, and sees first what that does.
    page = olga.get(f"{EDITION}/modules").click("Bekijk versie 1.1.0")
    assert "Ingeleverde versies, ongewijzigd" in page
    page.forms["form"].submit("move", status=303)
    assert "Terugblik" in bram.get(f"{bram.home}/work/samen-leren.punt")
    read = anna.get(f"{anna.home}/work/samen-leren.punt/versions/1/read")
    assert "Wat ik zag." in read and "Terugblik" not in read


def test_an_update_is_undone(samen: Any) -> None:
    upload(samen, zipped(files(version="1.1.0")), status=303)
    samen.get("/addons/samen/update").forms["form"].submit("update", status=303)
    assert "versie 1.1.0" in samen.get("/addons/samen")
    samen.get("/addons/samen/undo").forms["form"].submit("undo", status=303)
    assert "versie 1.0.0" in samen.get("/addons/samen")
    assert samen.get("/addons/samen/download").body == zipped()


def test_nobody_loses_text_when_a_part_goes(samen: Any, browse: Any) -> None:
    bram, olga = browse("bram"), browse("olga")
    form = bram.get(f"{bram.home}/work/samen-leren.punt/submit").forms["report"]
    form.set("text", "Half af.", index=0)
    form.submit("save", status=303)
    newer = files(version="2.0.0")
    newer["reports/samen-leren-verslag.toml"] = (
        REPORT.format(module="samen-leren").replace("findings", "outcomes").encode()
    )
    upload(samen, zipped(newer), status=303)
    samen.get("/addons/samen/update").forms["form"].submit("update", status=303)
    page = olga.get(f"{EDITION}/move?module=samen-leren")
    assert "er wordt niets weggegooid" in page and "form" not in page.forms
    hand_in(bram, "Nu af.")
    olga.get(f"{EDITION}/move?module=samen-leren").forms["form"].submit("move", status=303)
    assert "Nu af." in bram.get(f"{bram.home}/work/samen-leren.punt/versions/1/read")


@pytest.mark.parametrize(("change", "said"), [
    (lambda f: f.update({"modules/samen-leren.toml": f["modules/samen-leren.toml"].replace(
        b"brief =", b"breif =")}),
     "modules/samen-leren.toml, regel 13: ‘breif’ ken ik niet bij een opdracht. Bedoelt u ‘brief’"),
    (lambda f: f.pop("reports/samen-leren-verslag.toml"),
     "Opdracht ‘punt’ van module ‘samen-leren’ noemt verslagvorm ‘samen-leren-verslag’; dat "),
    (lambda f: f.pop("texts/voor.md"), "regel 8: het bestand texts/voor.md is er niet."),
    (lambda f: f.update({"plugin.toml": f["plugin.toml"] + b"api = 9\n"}),
     "‘samen’ is geschreven voor contract 9; deze versie van het platform kent 1."),
    (lambda f: f.update({"plugin.toml": f["plugin.toml"].replace(b'"samen"', b'"hrm"')}),
     "er is al een uitbreiding ‘hrm’ geïnstalleerd op deze server."),
])  # fmt: skip
def test_a_mistake_is_told_and_nothing_is_kept(
    browse: Any, registry: Any, change: Any, said: str
) -> None:
    found = files()
    change(found)
    ada = browse("ada")
    page = upload(ada, zipped(found), status=422)
    assert said in page
    assert page.html.select("[aria-invalid=true]") and ada.get("/addons/samen", status=404)


@pytest.mark.parametrize(("data", "said"), [
    (b"no zip at all", "Dit is geen zipbestand."),
    (zipped()[:-30], "De zip is afgebroken: het einde ontbreekt."),
    (b"", "Dit is geen zipbestand."),
])
def test_what_is_no_zip_is_refused_calmly(browse: Any, data: bytes, said: str) -> None:
    page = upload(browse("ada"), data, status=422)
    assert page.html.select("[aria-invalid=true]") and said in page


def test_a_module_that_somebody_owns_is_refused_with_its_owner(browse: Any) -> None:
    found = files(module="hrm")
    page = upload(browse("ada"), zipped(found), status=422)
    assert "Uitbreiding ‘hrm’ heeft al een module ‘hrm’." in page


def test_equal_shared_formats_are_no_clash_and_others_are(samen: Any) -> None:
    second = files(name="tweede", module="tweede")
    second["reports/samen-leren-verslag.toml"] = files()["reports/samen-leren-verslag.toml"]
    upload(samen, zipped(second), status=303)
    third = files(name="derde", module="derde")
    third["reports/samen-leren-verslag.toml"] = (
        files()["reports/samen-leren-verslag.toml"].replace(b"Bevindingen", b"Anders"))
    page = upload(samen, zipped(third), status=422)
    assert "Uitbreiding ‘tweede’ heeft al een verslagvorm ‘samen-leren-verslag’." in page


def test_other_files_need_another_version(samen: Any) -> None:
    found = files()
    found["texts/voor.md"] = b"Anders."
    page = upload(samen, zipped(found), status=422)
    assert "versie 1.0.0 van ‘samen’ is er al, met andere bestanden." in page
    upload(samen, zipped(), status=303)


def test_who_signed_it_is_shown_and_a_changed_file_is_named(browse: Any, registry: Any) -> None:
    private, public = new_key()
    registry.shelves.trust = Trust({public: "Via Vinci"})
    try:
        signed = sign(bundle(), private, "Iemand anders")
        ada = browse("ada")
        upload(ada, write_zip(signed), status=303)
        assert "Ondertekend: Via Vinci" in ada.get("/addons/samen")
        changed = dict(signed) | {"texts/voor.md": b"Iets anders."}
        page = upload(ada, zipped(changed), status=422)
        assert "texts/voor.md: dit bestand is gewijzigd na het ondertekenen." in page
    finally:
        registry.shelves.trust = Trust()


def test_removed_it_comes_back_as_it_was_and_is_destroyed_last(
    samen: Any, browse: Any, registry: Any
) -> None:
    anna = browse("anna")
    hand_in(anna)
    samen.get("/addons/samen/remove").forms["form"].submit("remove", status=303)
    page = samen.get("/addons/samen")
    assert "Verwijderd, gegevens bewaard" in page and "Vernietigen kan vanaf" in page
    refused = samen.get("/addons/samen/destroy").forms["form"]
    refused["typed"] = "samen"
    assert "worden langer bewaard" in refused.submit("destroy", status=422)
    # A year later.
    registry.jobs.within(registry.lms.institutions[0],
                         lambda one: setattr(one, "addon_days", 0))
    form = samen.get("/addons/samen/destroy").forms["form"]
    form["typed"] = "samen"
    assert "Download eerst de export." in form.submit("destroy", status=422)
    export = next(f for f in samen.get("/addons/samen").forms.values()
                  if f.action.endswith("export")).submit()
    names = zipfile.ZipFile(io.BytesIO(export.body)).namelist()
    assert names == ["data.json", "folders/samen-1.0.0.zip"]
    form = samen.get("/addons/samen/destroy").forms["form"]
    form["typed"] = "Samen"
    assert "Typ de naam precies" in form.submit("destroy", status=422)
    form["typed"] = "samen"
    assert "zoals het was" in form.submit("destroy", status=303).follow()
    assert "Wat ik zag." in anna.get(f"{anna.home}/work/samen-leren.punt/versions/1/read")
    assert "samen" in samen.get("/addons")


def test_an_upload_is_there_in_five_seconds_with_no_request_failing(
    browse: Any, registry: Any
) -> None:
    """Eight threads read and hand in while an administrator uploads and switches on."""
    compile_templates(registry)
    ada, stop = browse("ada"), threading.Event()
    browsers = [browse(who) for who in ("anna", "bram", "pieter", "olga") * 2]
    paths = ["/week", "/week", "/queue", "/editions"] * 2
    failed: list[str] = []
    counted = [0] * 8

    def read(number: int) -> None:
        while not stop.is_set():
            answer = browsers[number].get(paths[number], expect_errors=True)
            counted[number] += 1
            if answer.status_int != 200:
                failed.append(f"{paths[number]} {answer.status}")

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    try:
        began = time.monotonic()
        upload(ada, zipped(), status=303)
        switched_on(ada)
        added(browse("olga"))
        took = time.monotonic() - began
        anna = browse("anna")
        assert "receipt" in hand_in(anna).request.path
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failed == [] and min(counted) > 0
    assert took < 5


def test_a_version_of_two_moves_ago_is_read_as_it_was_made(
    samen: Any, browse: Any, registry: Any
) -> None:
    anna, olga = browse("anna"), browse("olga")

    def move(version: str, title: bytes) -> None:
        found = files(version=version)
        found["reports/samen-leren-verslag.toml"] = (
            found["reports/samen-leren-verslag.toml"].replace(b"Bevindingen", title))
        upload(samen, zipped(found), status=303)
        samen.get("/addons/samen/update").forms["form"].submit("update", status=303)
        olga.get(f"{EDITION}/move?module=samen-leren").forms["form"].submit("move", status=303)

    hand_in(anna)
    move("1.1.0", b"Opbrengst")
    bram = browse("bram")
    hand_in(bram, "Van Bram.")
    move("1.2.0", b"Uitkomst")
    work = "/work/samen-leren.punt"
    assert "Bevindingen" in anna.get(f"{anna.home}{work}/versions/1/read")
    assert "Opbrengst" in bram.get(f"{bram.home}{work}/versions/1/read")
    pieter = browse("pieter")
    assert "Bevindingen" in pieter.get(f"{anna.home}{work}/versions/1/")
    assert "Opbrengst" in pieter.get(f"{bram.home}{work}/versions/1/")



def test_switching_on_adds_it_at_once_where_that_is_ticked(browse: Any) -> None:
    ada, anna = browse("ada"), browse("anna")
    upload(ada, zipped(), status=303)
    form = ada.get("/addons/samen/switch-on").forms["form"]
    form["chosen"] = True
    assert "staat aan" in form.submit("on").follow()
    assert "Eén verbeterpunt" in anna.get(f"{anna.home}/work/samen-leren.punt")
    assert "receipt" in hand_in(anna).request.path
    # A second press, and an edition that is not there, change nothing.
    form.submit("on", status=303)


PNG = (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00"
       b":~\x9bU\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND"
       b"\xaeB`\x82")  # fmt: skip


def test_a_picture_in_a_text_is_shown_to_who_may_read_the_work(
    browse: Any, registry: Any
) -> None:
    found = files()
    found["images/model.png"] = PNG
    found["modules/samen-leren.toml"] = found["modules/samen-leren.toml"].replace(
        "Voer één verbeterpunt uit.".encode(),
        b"Kijk: ![het model](model.png) en ![kwaad](../x.png) <b>x</b>")  # fmt: skip
    ada, anna, bram = browse("ada"), browse("anna"), browse("bram")
    upload(ada, zipped(found), status=303)
    switched_on(ada)
    added(browse("olga"))
    page = anna.get(f"{anna.home}/work/samen-leren.punt")
    [image] = page.html.select(".prose img")
    assert image["alt"] == "het model" and "&lt;b&gt;x" in page
    answer = anna.get(image["src"])
    assert answer.body == PNG and answer.content_type == "image/png"
    bram.get(image["src"], status=404)
    anna.get(f"{anna.home}/work/samen-leren.punt/image?name=other.png", status=404)
    # Also with the folder gone.
    registry.jobs.within(registry.lms.institutions[0], lambda one: one.addons.remove("samen"))
    assert anna.get(image["src"]).body == PNG


def test_a_picture_that_is_not_there_is_told(browse: Any) -> None:
    found = files()
    found["images/model.png"] = PNG
    found["texts/voor.md"] = b"![x](modell.png)"
    page = upload(browse("ada"), zipped(found), status=422)
    assert "toont afbeelding ‘modell.png’, die er niet is. Bedoelt u ‘model.png’?" in page


@pytest.mark.parametrize(
    "more",
    [f"api = {'1' * 5000}", f"more = {'[' * 20_000}", f"{'.'.join(['a'] * 30_000)} = 1",
     'changes."9" = "x"'.replace("9", "9" * 5000)],
    ids=["digits", "brackets", "steps", "changes"],
)  # fmt: skip
def test_an_upload_that_nobody_writes_is_refused_like_any_mistake(browse: Any, more: str) -> None:
    ada = browse("ada")
    found = files()
    head = found["plugin.toml"].decode().replace("changes =", "#")
    page = upload(ada, zipped({**found, "plugin.toml": f"{head}{more}\n".encode()}), status=422)
    assert page.html.select_one(".error").text.strip()
    assert "Samen leren" not in ada.get("/addons")


def test_a_version_cannot_say_how_a_download_is_called(browse: Any) -> None:
    ada = browse("ada")
    for version in ("1.0\\r\\nX: y", "1.0€", '1.0\\"; filename*=x', "1" * 5000):
        page = upload(ada, zipped(files(version=version)), status=422)
        assert "hoort een versie" in page
    upload(ada, zipped(files(version="1.0-b+3")), status=303)
    saved = ada.get("/addons/samen/download").headers["Content-Disposition"]
    assert saved.endswith("filename*=UTF-8''samen-1.0-b%2B3.zip")
