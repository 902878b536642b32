"""A module made in the browser: from nothing to in use, and the same files as its zip."""

from __future__ import annotations

import io
import tomllib
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from webtest import Upload

from lms_leiderschap.plugin.parcel.keys import new_key
from lms_leiderschap.plugin.parcel.signing import sign
from lms_leiderschap.plugin.parcel.trust import Trust
from tests.addon.zips import bundle, files, zipped
from tests.conftest import PASSWORD

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0"


def make(ada: Any, **more: str) -> Any:
    """The overview of a new folder, made through its form."""
    form = ada.get("/make-addon").forms["form"]
    values = {"title": "Leren van elkaar", "author": "Ada Kok", "licence": "CC-BY-4.0"} | more
    for name, value in values.items():
        form[name] = value
    return form.submit("make", status=303).follow()


def form_at(ada: Any, path: str) -> Any:
    return ada.get(f"/addons/leren-van-elkaar/{path}").forms["form"]


def add_assignment(ada: Any, title: str = "Eén verbeterpunt") -> Any:
    """The form of a new assignment."""
    form = form_at(ada, "add-assignment?module=leren-van-elkaar")
    form["title"] = title
    return form.submit("add", status=303).follow().forms["form"]


def with_part(form: Any, title: str, guidance: str = "", min_words: str = "") -> Any:
    """The form of an assignment with its first part, which has a title as the assignment has."""
    form = form.submit("add:parts").forms["form"]
    form.set("title", title, index=1)
    form["guidance"], form["min_words"] = guidance, min_words
    return form


def kept_files(page: Any) -> list[str]:
    """Names of the files that a form holds already."""
    return [row.text for row in page.html.select("ol.files .file b")]


def publish(ada: Any, name: str = "leren-van-elkaar", status: int = 303) -> Any:
    return ada.get(f"/addons/{name}/publish").forms["form"].submit("publish", status=status)


def add_zip(ada: Any, found: dict[str, bytes]) -> None:
    form = ada.get("/add-addon").forms["form"]
    form["zip"] = Upload("map.zip", zipped(found))
    form.submit("add", status=303)


def download(ada: Any, page: Any) -> dict[str, bytes]:
    """What the download of a page holds, by path."""
    [link] = {a["href"] for a in page.html.select("a[href*='/download']")}
    with zipfile.ZipFile(io.BytesIO(ada.get(link).body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def ada(browse: Any) -> Any:
    return browse("ada")


def test_from_nothing_to_a_module_in_use_and_the_same_elsewhere(ada: Any, browse: Any) -> None:
    page = make(ada)
    assert "concept" in page and "Leren van elkaar" in page
    form = form_at(ada, "edit-module?key=leren-van-elkaar")
    form = form.submit("add:learning_goals").forms["form"]
    form["goal"] = "Zien wat een lerend team doet."
    form = form.submit("add:insights").forms["form"]
    form["insight"] = "Leren op de werkplek"
    form["before"] = "Lees **eerst** dit."
    page = form.submit("save", status=303).follow()
    assert "Bewaard in het concept" in page
    form = add_assignment(ada)
    form["brief"] = "Voer één verbeterpunt uit.\n\n- met het team"
    form["due"] = "before_meeting:kwaliteitszorg"
    form["report"] = ":own"
    form = with_part(form, "Wat er is gedaan", "Noem elke stap.", "80")
    form["rubric"] = ":own"
    form = form.submit("add:criteria").forms["form"]
    form.set("title", "Aanpak", index=2)
    form["level_0"], form["level_2"] = "Geen stappen.", "Stappen en opbrengst."
    form["feedback"] = True
    page = form.submit("save", status=303).follow()
    preview = page.click("Voorbeeld", index=0)
    phases = preview.html.select_one("#phases").parent.text
    assert "bijeenkomst" in phases and "Lees eerst dit." in phases
    for words in ("Voorbeeld.", "Voer één verbeterpunt uit.", "Wat er is gedaan", "Noem elke stap.",
                  "Geen stappen.", "ten minste 80 woorden", "Zien wat een lerend team doet."):
        assert words in preview
    page = publish(ada).follow()
    assert "De versie staat klaar" in page
    made = download(ada, page)
    assert set(made) == {
        "plugin.toml", "modules/leren-van-elkaar.toml",
        "reports/leren-van-elkaar-een-verbeterpunt.toml",
        "rubrics/leren-van-elkaar-een-verbeterpunt.toml",
    }  # fmt: skip
    zuid = browse("ada", "zuid.test")
    add_zip(zuid, made)
    assert download(zuid, zuid.get("/addons/leren-van-elkaar")) == made
    again = zuid.get("/addons/leren-van-elkaar/edit")
    assert download(zuid, again) == made
    form = zuid.get("/addons/leren-van-elkaar/switch-on").forms["form"]
    form.submit("on", status=303)


def test_a_module_gets_tools_and_literature_and_the_head_its_sentences(ada: Any) -> None:
    make(ada)
    form = form_at(ada, "edit-module?key=leren-van-elkaar").submit("add:tools").forms["form"]
    form.set("title", "Vragenlijst samen leren", index=1)
    form = form.submit("add:literature").forms["form"]
    form.set("title", "Samen leren", index=2)
    form["authors"], form["year"] = "A. Kok", "2019"
    form.submit("save", status=303)
    form = add_assignment(ada)
    preview = form.submit("save", status=303).follow().click("Voorbeeld")
    assert "Vragenlijst samen leren" in preview.html.select_one("#tools").parent.text
    form = form_at(ada, "edit-head").submit("add:personal").forms["form"]
    form["said"] = "Geen."
    form = form.submit("add:mails").forms["form"]
    form.set("said", "Eén bericht per maand.", index=1)
    page = form.submit("save", status=303).follow()
    assert "Eén bericht per maand." in page.html.select_one(".facts").text
    made = download(ada, page)
    module = tomllib.loads(made["modules/leren-van-elkaar.toml"].decode())
    assert module["instruments"] == [{
        "key": "vragenlijst-samen-leren", "title": "Vragenlijst samen leren",
        "content": "by_institution",
    }]  # fmt: skip
    assert module["literature"] == [
        {"key": "samen-leren", "title": "Samen leren", "authors": "A. Kok", "year": 2019}]
    head = tomllib.loads(made["plugin.toml"].decode())
    assert (head["personal"], head["mails"]) == (["Geen."], ["Eén bericht per maand."])
    page = ada.get("/addons/leren-van-elkaar/edit-module?key=leren-van-elkaar")
    form = page.forms["form"].submit("remove:tools:0").forms["form"]
    assert b"Vragenlijst" not in download(ada, form.submit("save", status=303).follow())[
        "modules/leren-van-elkaar.toml"]


def test_a_tool_that_an_assignment_uses_stays_with_the_reason_at_the_field(ada: Any) -> None:
    tool = b'instrument = "lijst"\n\n[[instruments]]\nkey = "lijst"\ntitle = "Een lijst"\n'
    made = files()
    made["modules/samen-leren.toml"] += tool
    add_zip(ada, made)
    form = ada.get("/addons/samen/edit-module?key=samen-leren").forms["form"]
    page = form.submit("remove:tools:0").forms["form"].submit("save", status=422)
    why = page.html.select_one("#f-tools-error").text
    assert "Een lijst blijft staan" in why and "Eén verbeterpunt" in why
    page.forms["form"].submit("save", status=303)
    assert download(ada, ada.get("/addons/samen/edit")) == made


def test_the_preview_tells_the_page_of_the_assignment_from_what_is_read_elsewhere(
    ada: Any
) -> None:
    make(ada)
    form = add_assignment(ada)
    form["report"] = form["rubric"] = ":own"
    form = with_part(form, "Wat", "Noem elke stap.", "30").submit("add:criteria").forms["form"]
    form.set("title", "Aanpak", index=2)
    html = form.submit("save", status=303).follow().click("Voorbeeld").html
    page, writing, rubric = (html.select_one(at) for at in (".two", "#writing", "#rubric"))
    assert "Noem elke stap." in page.text
    for words in ("30 woorden", "Aanpak"):
        assert words not in page.text
    assert "30 woorden" in writing.parent.text and "schrijver" in writing.text
    assert "Aanpak" in rubric.parent.text and "docent" in rubric.text


def test_editing_what_somebody_else_signed_says_what_becomes_of_the_signature(
    ada: Any, registry: Any
) -> None:
    private, public = new_key()
    registry.shelves.trust = Trust({public: "Via Vinci"})
    try:
        add_zip(ada, sign(bundle(), private, "Via Vinci"))
        lost = "Via Vinci heeft versie 1.0.0 ondertekend."
        assert lost in ada.get("/addons/samen/edit")
        form = ada.get("/addons/samen/edit-head").forms["form"]
        form["title"] = "Anders"
        assert lost in form.submit("save", status=303).follow()
        page = ada.get("/addons/samen/publish")
        assert lost in page
        page.forms["form"]["changes"] = "Een andere titel."
        page = page.forms["form"].submit("publish", status=303).follow()
        assert lost not in page
    finally:
        registry.shelves.trust = Trust()


def test_an_empty_name_is_made_of_the_title_and_a_taken_one_is_refused(ada: Any) -> None:
    make(ada)
    for name, why in (
        ("hrm", "Er is al een uitbreiding hrm"), ("leren-van-elkaar", "Er is al een uitbreiding"),
        ("lms", "kan niet gebruikt worden"), ("Met Hoofdletter", "kleine letters"),
    ):  # fmt: skip
        form = ada.get("/make-addon").forms["form"]
        form["title"], form["name"] = "Een ander", name
        page = form.submit("make", status=422)
        assert why in page.html.select_one("#f-name-error").text
        assert page.forms["form"]["title"].value == "Een ander"
        assert page.forms["form"]["name"].value == name
    form = ada.get("/make-addon").forms["form"]
    form["title"] = "HRM"
    assert "Er is al een uitbreiding" in form.submit("make", status=422)


def test_a_second_click_makes_one_thing(ada: Any) -> None:
    form = ada.get("/make-addon").forms["form"]
    form["title"] = "Leren van elkaar"
    first, second = (form.submit("make", status=303) for _click in range(2))
    assert first.location == second.location
    for path, button in (("add-assignment?module=leren-van-elkaar", "add"), ("add-module", "add")):
        form = form_at(ada, path)
        form["title"] = "Erbij"
        first, second = (form.submit(button, status=303) for _click in range(2))
        assert first.location == second.location
    page = ada.get("/addons/leren-van-elkaar/edit")
    assert page.text.count("Bewerk de module") == 2
    assert page.text.count("preview?") == 1
    remove = form_at(ada, "remove-module?key=erbij")
    for _click in range(2):
        remove.submit("remove", status=303)
    form = form_at(ada, "publish")
    for _click in range(2):
        assert "/edit" in form.submit("publish", status=303).location


def test_a_stale_form_is_refused_with_both_texts_and_nothing_is_overwritten(
    ada: Any, browse: Any
) -> None:
    make(ada)
    path = "edit-module?key=leren-van-elkaar"
    mine, theirs = form_at(ada, path), form_at(browse("ada"), path)
    theirs["before"] = "Van de ander."
    theirs.submit("save", status=303)
    mine["before"], mine["title"] = "Van mij.", "Mijn titel"
    page = mine.submit("save", status=422)
    assert page.forms["form"]["before"].value == "Van mij."
    assert page.forms["form"]["title"].value == "Mijn titel"
    assert "Iemand anders heeft dit intussen veranderd" in page.html.select_one(".errors").text
    now = page.html.select_one(".sheet")
    assert "Van de ander." in now.text and now.select_one("a[href$='key=leren-van-elkaar']")
    page.forms["form"].submit("save", status=422)
    assert form_at(ada, path)["before"].value == "Van de ander."


def test_a_module_that_somebody_changed_meanwhile_is_not_removed(ada: Any) -> None:
    make(ada)
    remove = form_at(ada, "remove-module?key=leren-van-elkaar")
    form = form_at(ada, "edit-module?key=leren-van-elkaar")
    form["before"] = "Lees dit."
    form.submit("save", status=303)
    page = remove.submit("remove", status=422)
    assert "Leren van elkaar" in page
    assert "Lees dit." in form_at(ada, "edit-module?key=leren-van-elkaar")["before"].value


def test_a_change_elsewhere_in_the_folder_makes_no_form_stale(ada: Any) -> None:
    make(ada)
    mine = form_at(ada, "edit-module?key=leren-van-elkaar")
    head = form_at(ada, "edit-head")
    head["author"] = "Iemand anders"
    head.submit("save", status=303)
    mine["before"] = "Van mij."
    mine.submit("save", status=303)
    assert form_at(ada, "edit-head")["author"].value == "Iemand anders"
    assert form_at(ada, "edit-module?key=leren-van-elkaar")["before"].value == "Van mij."


def test_publishing_what_somebody_changed_meanwhile_is_refused(ada: Any) -> None:
    make(ada)
    form = form_at(ada, "publish")
    head = form_at(ada, "edit-head")
    head["author"] = "Iemand anders"
    head.submit("save", status=303)
    form.submit("publish", status=422)
    assert "Neem in gebruik" in ada.get("/addons/leren-van-elkaar/edit")


@pytest.mark.parametrize(("values", "field", "words"), [
    ({"report": ":own"}, "parts", "Voeg een onderdeel toe"),
    ({"rubric": ":own"}, "criteria", "Voeg een criterium toe"),
    ({"title": ""}, "title", "Vul dit in"),
])
def test_a_refused_assignment_says_why_at_the_field(
    ada: Any, values: dict[str, str], field: str, words: str
) -> None:
    make(ada)
    form = add_assignment(ada)
    form["brief"] = "Mijn tekst."
    for name, value in values.items():
        form[name] = value
    page = form.submit("save", status=422)
    assert words in page.html.select_one(f"#f-{field}-error").text
    assert page.forms["form"]["brief"].value == "Mijn tekst."


def test_what_is_ticked_off_gets_no_feedback_and_all_else_does_at_first(ada: Any) -> None:
    make(ada)
    form = add_assignment(ada)
    assert form["feedback"].checked
    form["kind"] = "reading"
    form.submit("save", status=303)
    where = "edit-assignment?module=leren-van-elkaar&key=een-verbeterpunt"
    assert not form_at(ada, where)["feedback"].checked


def test_parts_without_their_report_and_a_part_without_a_title_are_refused(ada: Any) -> None:
    make(ada)
    form = with_part(add_assignment(ada), "Wat")
    assert form["report"].value == ":own"
    form["report"] = ""
    page = form.submit("save", status=422)
    why = page.html.select_one("#f-report-error").text
    assert "eigen onderdelen" in why and "Kies ‘Eigen onderdelen, hieronder’" in why
    form = page.forms["form"]
    form["report"] = ":own"
    form.set("title", "", index=1)
    form["guidance"] = "Wel een toelichting."
    page = form.submit("save", status=422)
    assert "verwijder" in page.html.select_one("#f-parts-0-title-error").text
    assert page.forms["form"]["guidance"].value == "Wel een toelichting."


def test_adding_an_own_part_or_criterion_chooses_it(ada: Any) -> None:
    make(ada)
    form = add_assignment(ada)
    form["report"] = "pop"
    form = with_part(form, "Wat")
    assert (form["report"].value, form["rubric"].value) == (":own", "")
    form = form.submit("add:criteria").forms["form"]
    assert form["rubric"].value == ":own"
    form.set("title", "Aanpak", index=2)
    form["rubric"] = "action-learning"
    form = form.submit("remove:criteria:0").forms["form"]
    assert form["rubric"].value == "action-learning"
    form.submit("save", status=303)


def test_a_next_version_waits_and_the_one_in_use_stays(ada: Any) -> None:
    make(ada)
    add_assignment(ada)
    publish(ada).follow()
    before = download(ada, ada.get("/addons/leren-van-elkaar/edit"))
    form = form_at(ada, "edit-assignment?module=leren-van-elkaar&key=een-verbeterpunt")
    form["title"] = "Eén ander verbeterpunt"
    page = form.submit("save", status=303).follow()
    assert "gaan door met versie" in page
    form = form_at(ada, "publish")
    assert form["version"].value == "1.1.0"
    for values, field in ((("1.0.0", "Anders."), "version"), (("1.1.0", ""), "changes"),
                          (("nieuw", "Anders."), "version")):  # fmt: skip
        form["version"], form["changes"] = values
        assert form.submit("publish", status=422).html.select_one(f"#f-{field}-error")
    form["version"], form["changes"] = "1.1.0", "Een andere titel."
    page = form.submit("publish", status=303).follow()
    assert "wacht als update" in page
    assert download(ada, ada.get("/addons/leren-van-elkaar")) == before
    waiting = download(ada, page)
    assert b"Een andere titel." in waiting["plugin.toml"]
    assert b'key = "een-verbeterpunt"' in waiting["modules/leren-van-elkaar.toml"]
    form = ada.get("/addons/leren-van-elkaar/update").forms["form"]
    form.submit("update", status=303)
    assert download(ada, ada.get("/addons/leren-van-elkaar")) == waiting


def test_a_key_that_was_in_use_is_not_given_again(ada: Any) -> None:
    make(ada)
    add_assignment(ada)
    publish(ada)
    where = "module=leren-van-elkaar&key=een-verbeterpunt"
    page = ada.get(f"/addons/leren-van-elkaar/remove-assignment?{where}")
    assert "Eén verbeterpunt" in page
    page = page.forms["form"].submit("remove", status=303).follow()
    assert "preview?" not in page
    form = add_assignment(ada)
    assert "key=een-verbeterpunt-2" in form.action or "een-verbeterpunt-2" in ada.get(
        "/addons/leren-van-elkaar/edit")


def test_dropping_the_draft_leaves_what_is_in_use(ada: Any) -> None:
    make(ada)
    publish(ada)
    before = download(ada, ada.get("/addons/leren-van-elkaar"))
    form = form_at(ada, "edit-head")
    form["title"] = "Anders"
    form.submit("save", status=303)
    page = form_at(ada, "drop-draft").submit("drop", status=303).follow()
    assert "Het concept is weggegooid" in page and "Anders" not in page.html.h1
    assert download(ada, page) == before


def test_a_folder_that_was_never_more_than_a_draft_goes_as_a_whole(ada: Any) -> None:
    make(ada)
    answer = form_at(ada, "drop-draft").submit("drop", status=303)
    assert answer.location.endswith("/addons")
    assert "Leren van elkaar" not in answer.follow()
    assert make(ada).status_int == 200


def test_looking_begins_no_draft_and_saving_what_stands_there_neither(ada: Any) -> None:
    add_zip(ada, files())
    page = ada.get("/addons/samen/edit")
    assert "Deze versie kan aan." in page
    for path in ("edit-head", "edit-module?key=samen-leren",
                 "edit-assignment?module=samen-leren&key=punt"):
        form = ada.get(f"/addons/samen/{path}").forms["form"]
        form.submit("save", status=303)
    page = ada.get("/addons/samen/edit")
    assert "Deze versie kan aan." in page and download(ada, page) == files()


def test_editing_an_uploaded_folder_changes_only_what_was_changed(ada: Any) -> None:
    add_zip(ada, files())
    form = ada.get("/addons/samen/edit-module?key=samen-leren").forms["form"]
    form["before"] = "Lees *nu* dit."
    page = form.submit("save", status=303).follow()
    after = download(ada, page)
    assert after == files() | {"texts/voor.md": b"Lees *nu* dit.\n"}


def test_a_module_that_another_plugin_has_is_refused_when_it_is_taken_in_use(ada: Any) -> None:
    make(ada, title="Iets", name="iets")
    add_zip(ada, files("ander", module="iets"))
    page = publish(ada, "iets", 422)
    assert "iets" in page.html.select_one(".errors").text
    assert page.forms["form"]["version"].value == "1.0.0"


def test_images_are_kept_in_the_folder_and_removed(ada: Any) -> None:
    make(ada)
    form = form_at(ada, "images")
    form["images"] = [Upload("Mijn plaatje.png", PNG, "image/png")]
    page = form.submit("add", status=303).follow()
    assert "![…](mijn-plaatje.png)" in page
    form = form_at(ada, "images")
    form["images"] = [
        Upload("bewogen.gif", b"GIF89a\1\0\1\0\0\0\0", "image/gif"),
        Upload("plaatje.png", b"<svg></svg>", "image/png"),
    ]
    page = form.submit("add", status=422)
    assert "plaatje.png" in page.html.select_one("#f-images-error").text
    assert kept_files(page) == ["bewogen.gif"]
    page = page.forms["form"].submit("add", status=303).follow()
    assert "![…](bewogen.gif)" in page
    for name in ("los.txt", "los"):
        form = form_at(ada, "images")
        form["images"] = [Upload(name, b"Een tekst.", "text/plain")]
        page = form.submit("add", status=422)
        assert "geen PNG" in page.html.select_one("#f-images-error").text
        assert name not in kept_files(page)
    form = form_at(ada, "images")
    form["images"] = [Upload("foto.webp", b"RIFF\0\0\0\0WEBPVP8 ", "image/webp")]
    assert "![…](foto.webp)" in form.submit("add", status=303).follow()
    assert download(ada, publish(ada).follow())["images/mijn-plaatje.png"] == PNG
    where = "edit-module?key=leren-van-elkaar"
    form = form_at(ada, where)
    form["on"] = "![Een plaatje](ander.png)"
    page = form.submit("save", status=422)
    assert "nog geen afbeelding ander.png" in page.html.select_one("#f-on-error").text
    form["on"] = "![Een plaatje](mijn-plaatje.png)"
    form.submit("save", status=303)
    refused = form_at(ada, "remove-image?name=mijn-plaatje.png").submit("remove", status=422)
    assert "laat deze afbeelding nog zien" in refused
    form = form_at(ada, where)
    form["on"] = ""
    form.submit("save", status=303)
    form = form_at(ada, "add-assignment?module=leren-van-elkaar")
    form["title"] = "Kijken"
    form = form.submit("add", status=303).follow().forms["form"]
    form["brief"] = "Kijk: ![Een plaatje](mijn-plaatje.png)"
    shown = form.submit("save", status=303).follow().click("Voorbeeld")
    image = shown.html.select_one(".prose img")
    assert (image["alt"], ada.get(image["src"]).body) == ("Een plaatje", PNG)
    form = form_at(ada, "edit-assignment?module=leren-van-elkaar&key=kijken")
    form["brief"] = ""
    form.submit("save", status=303)
    form_at(ada, "remove-image?name=mijn-plaatje.png").submit("remove", status=303)
    assert "mijn-plaatje.png" not in ada.get("/addons/leren-van-elkaar/images")


@pytest.mark.parametrize("path", [
    "edit", "edit-head", "edit-module?key=hrm", "add-module", "publish", "drop-draft", "images",
    "preview?module=hrm&key=ink-met-medewerkers",
])
def test_a_plugin_of_the_server_is_not_edited(ada: Any, path: str) -> None:
    ada.get(f"/addons/hrm/{path}", status=404)


@pytest.mark.parametrize("path", [
    "edit-module?key=x", "edit-assignment?module=leren-van-elkaar&key=x", "remove-module?key=x",
    "add-assignment?module=x", "preview?module=x&key=x",
])
def test_what_is_not_in_the_folder_is_not_found(ada: Any, path: str) -> None:
    make(ada)
    ada.get(f"/addons/leren-van-elkaar/{path}", status=404)


@pytest.mark.parametrize("who", ["anna", "pieter", "olga"])
def test_only_administrators_edit(ada: Any, browse: Any, who: str) -> None:
    make(ada)
    for path in ("/make-addon", "/addons/leren-van-elkaar/edit"):
        browse(who).get(path, status=404)


def test_a_login_that_ended_keeps_the_text(
    ada: Any, browse: Any, registry: Any, people: dict[str, Any]
) -> None:
    make(ada)
    form = form_at(ada, "edit-module?key=leren-van-elkaar")
    form["before"] = "Een lange tekst."
    assert registry.side.end_sessions("noord", people["ada"].__name__)
    page = form.submit("save", status=403)
    assert "Een+lange+tekst." in page.forms[0]["kept"].value
    assert form_at(browse("ada"), "edit-module?key=leren-van-elkaar")["before"].value == ""
    form = page.forms[0]
    form["email"], form["password"] = "ada@noord.test", PASSWORD
    form = form.submit("sign_in").maybe_follow().forms[0]
    form.submit().maybe_follow()
    after = form_at(ada, "edit-module?key=leren-van-elkaar")
    assert after["before"].value == "Een lange tekst."


def test_clicks_at_one_moment_make_one_folder(ada: Any, browse: Any) -> None:
    form = ada.get("/make-addon").forms["form"]
    form["title"] = "Leren van elkaar"
    fields = [*form.submit_fields("make")]
    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(_send, _again(ada, browse()), fields) for _click in range(4)]
        answers = {(each.result().status_int, each.result().location) for each in sent}
    [(status, location)] = answers
    assert status == 303 and location.endswith("/addons/leren-van-elkaar/edit")
    assert ada.get("/addons").text.count('href="/addons/leren-van-elkaar"') == 2


def _again(ada: Any, browser: Any) -> Any:
    """Another window of the same person: a WebTest browser is not for two threads."""
    for name, value in ada.cookies.items():
        browser.set_cookie(name, value.strip('"'))
    return browser


def _send(browser: Any, fields: list[tuple[str, str]]) -> Any:
    return browser.post("/make-addon", fields, expect_errors=True)
