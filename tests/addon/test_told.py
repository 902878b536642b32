"""Mistakes in a zip are told in the language of the reader, with file, line and nearest word."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from webtest import Upload

from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.parcel.archive import write_zip
from lms_leiderschap.plugin.parcel.bundle import Bundle
from lms_leiderschap.programme.mistake import Mistake, SpecError
from lms_leiderschap.texts import _
from tests.addon.zips import files

HEAD, MODULE, REPORT = "plugin.toml", "modules/samen-leren.toml", "reports/samen-leren-verslag.toml"
SCAN, VOOR = "instruments/plg-vragenlijst.toml", "texts/voor.md"
PLG = next(Path(__file__).parents[2].glob(f"plugins/*/src/*/{SCAN}")).read_text("utf-8")

# File, what stands there, what is written instead, and the sentence that is told.
MISTAKES = [
    (MODULE, "report =", "raport =",
     "modules/samen-leren.toml, regel 14: ‘raport’ ken ik niet bij een opdracht. "
     "Bedoelt u ‘report’?"),
    (HEAD, "licence", "license",
     "plugin.toml, regel 6: ‘license’ ken ik niet bij een uitbreiding. Bedoelt u ‘licence’?"),
    (HEAD, '"samen"', '"samen', "plugin.toml, regel 2: dit is geen geldige TOML: Illegal"),
    (HEAD, 'title = "Samen leren"\n', "", "plugin.toml, regel 1: bij een uitbreiding ontbreekt "
     "‘title’."),
    (HEAD, "plugin/1", "plugin/9", 'plugin.toml, regel 1: in dit bestand hoort: schema = '
     '"plugin/1"'),
    (MODULE, '"voor.md"', '"vor.md"', "modules/samen-leren.toml, regel 8: het bestand texts/vor.md "
     "is er niet. Bedoelt u ‘voor.md’?"),
    (MODULE, "before =", "befor =", "modules/samen-leren.toml, regel 8: ‘befor’ ken ik niet als "
     "deel van een werkwijze (before, on, after)."),
    (MODULE, 'key = "samen-leren"', 'key = "samen"',
     "regel 5: de sleutel moet de naam van het bestand zijn, ‘samen-leren’."),
    (MODULE, 'report = "samen-leren-verslag"', 'report = "samen-leren-verslg"',
     "Opdracht ‘punt’ van module ‘samen-leren’ noemt verslagvorm ‘samen-leren-verslg’; dat ken ik "
     "niet. Bedoelt u ‘samen-leren-verslag’?"),
    (MODULE, 'brief = "', 'exactly = "twee"\nbrief = "', "modules/samen-leren.toml, regel 13: hier "
     "hoort een geheel getal, niet 'twee'."),
    (MODULE, 'brief = "', 'report_parts = ["findngs"]\nbrief = "', "noemt onderdeel ‘findngs’; dat "
     "ken ik niet. Bedoelt u ‘findings’?"),
    (MODULE, 'report = "samen-leren-verslag"', 'report_parts = ["findings"]', "noemt onderdeel "
     "‘findings’; dat ken ik niet."),
    (REPORT, 'guidance = "', 'evidence = ["fille"]\nguidance = "', "‘fille’ ken ik hier niet. Het "
     "kan zijn: file, image, link, instrument_result, product, feedback. Bedoelt u ‘file’?"),
    (MODULE, 'work_form = { before = "voor.md" }', "work_form = 3",
     "modules/samen-leren.toml, regel 8: hier hoort een tabel, niet 3."),
    (MODULE, "[module]", 'instruments = "scan"\n[module]',
     "modules/samen-leren.toml, regel 4: hier hoort een lijst van tabellen, niet 'scan'."),
    (SCAN, 'scale = "eens"', 'scale = "een"', "er is geen schaal ‘een’. Bedoelt u ‘eens’?"),
    (SCAN, "\nthreshold = 5", "\nthreshold = 2", "de drempel is 3 tot en met 10, niet 2."),
    (SCAN, "minutes = 8", "minuten = 8", "‘minuten’ ken ik niet bij een instrument. Bedoelt u "
     "‘minutes’?"),
]  # fmt: skip


def mistaken(path: str, old: str, new: str) -> Bundle:
    found = files() | {SCAN: PLG.encode()}
    text = found[path].decode()
    assert old in text
    return Bundle(found | {path: text.replace(old, new, 1).encode()})


def said(browser: Any, data: bytes) -> str:
    """What the page says after uploading, without its line breaks."""
    form = browser.get("/add-addon").forms["form"]
    form["zip"] = Upload("samen.zip", data, "application/zip")
    page = form.submit("add", status=422)
    assert page.html.select("[aria-invalid=true]")
    return " ".join(page.html.text.split())


def speaking(browse: Any, **choices: str) -> Any:
    """The administrator, who chose a language or a form of address."""
    browser = browse("ada")
    form = browser.get("/profile").forms["form"]
    for name, value in choices.items():
        form[name] = value
    form.submit("submit", status=303)
    return browser


@pytest.mark.parametrize(("path", "old", "new", "sentence"), MISTAKES)
def test_a_mistake_is_told_in_dutch(
    browse: Any, path: str, old: str, new: str, sentence: str
) -> None:
    text = said(browse("ada"), write_zip(mistaken(path, old, new)))
    assert sentence in text and (path in text or "Opdracht" in text)
    assert "did you mean" not in text


def test_one_who_chose_je_reads_je(browse: Any) -> None:
    text = said(speaking(browse, address="je"), write_zip(mistaken(*MISTAKES[0][:3])))
    assert "regel 14: ‘raport’ ken ik niet bij een opdracht. Bedoel je ‘report’?" in text


def test_one_who_reads_english_reads_what_an_author_reads(browse: Any) -> None:
    ada = speaking(browse, language="en")
    text = said(ada, write_zip(mistaken(*MISTAKES[0][:3])))
    assert ("modules/samen-leren.toml, line 14: 'raport' is not a field of an assignment; "
            "did you mean 'report'?") in text  # fmt: skip


@pytest.mark.parametrize(("name", "data", "sentence"), [
    ("run.py", b"x = 1", "run.py: in de map van een uitbreiding horen geen code"),
    ("images/a.png", b"geen png", "images/a.png: dit is geen afbeelding van de soort png."),
    ("texts/a.md", b"eerst\n\xff", "texts/a.md, regel 2: dit bestand is geen tekst in UTF-8."),
    ("../uit.md", b"x", "../uit.md: het pad gaat de map uit."),
    ("texts/VOOR.md", b"x", "twee bestanden met één naam: ‘texts/"),
])  # fmt: skip
def test_a_file_that_does_not_belong_is_told(
    browse: Any, name: str, data: bytes, sentence: str
) -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for path, content in (files() | {name: data}).items():
            archive.writestr(path, content)
    assert sentence in said(browse("ada"), sink.getvalue())


def test_words_of_the_file_are_shown_as_they_are(browse: Any) -> None:
    bundle = mistaken(MODULE, "report =", '"${near}<b>$word" =')
    text = said(browse("ada"), write_zip(bundle))
    assert "‘${near}<b>$word’ ken ik niet bij een opdracht." in text


def test_a_mistake_has_its_place_its_sentence_and_its_nearest_word() -> None:
    sentence = _("there is no part '${key}'.", mapping={"key": "a"})
    error = PluginError(sentence, "x.toml", 3, "b")
    assert str(error) == "x.toml:3: there is no part 'a'; did you mean 'b'?"
    assert error.sentence == "there is no part 'a'; did you mean 'b'?"
    deep = SpecError(sentence, "a", near="b").inside("parts", 0)
    assert str(deep) == "parts.0.a: there is no part 'a'; did you mean 'b'?"
    assert isinstance(deep, Mistake) and isinstance(deep, ValueError)
    assert str(Mistake("as it is: 100% ${x}")) == "as it is: 100% ${x}"
