"""Every sentence of the screens stands in Dutch, politely and familiarly, and in English."""

import re
import warnings
from functools import cache
from importlib.resources import files
from pathlib import Path

import lms_leiderschap.templates
import pytest
from lingua.extract import ExtractorOptions
from lingua.extractors import get_extractor, register_extractors

import lms_leiderschap
from lms_leiderschap.web.catalogues import catalogues, compiled, compiled_path, read_fragments

SOURCE = Path(lms_leiderschap.__file__).parent
TEMPLATES = Path(str(files("lms_leiderschap.templates")))
LOCALE = SOURCE / "locale"
ADDRESS = re.compile(r"\b(u|uw|uzelf)\b", re.IGNORECASE)
FAMILIAR = re.compile(r"\b(je|jij|jou|jouw|jezelf)\b", re.IGNORECASE)
PLACE = re.compile(r"\$\{[^}]*\}")


@cache
def used() -> frozenset[str]:
    """Every msgid in code and templates."""
    register_extractors()
    options = ExtractorOptions(comment_tag=True, domain="lms_leiderschap", keywords=[])
    paths = [*SOURCE.rglob("*.py"), *TEMPLATES.rglob("*.pt")]
    found: set[str] = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # lingua leaves its files open
        for path in paths:
            found |= {message.msgid for message in get_extractor(str(path))(str(path), options)}
    return frozenset(found)


@cache
def texts(language: str) -> dict[str, str]:
    return catalogues()[language]


def listed(problems: object) -> str:
    return "\n".join(map(str, problems))  # type: ignore[call-overload]


def test_every_sentence_has_a_dutch_text() -> None:
    missing = sorted(used() - set(texts("nl")))
    assert not missing, f"No Dutch text in locale/nl for:\n{listed(missing)}"


def test_no_dutch_text_is_left_over() -> None:
    orphans = sorted(set(texts("nl")) - used())
    assert not orphans, f"Nothing uses these texts of locale/nl any more:\n{listed(orphans)}"


def test_the_familiar_texts_replace_polite_ones() -> None:
    orphans = sorted(set(read_fragments(LOCALE / "nl_je")) - set(texts("nl")))
    assert not orphans, f"In locale/nl_je but not in locale/nl:\n{listed(orphans)}"


def test_the_polite_catalogue_says_u_and_the_familiar_one_je() -> None:
    familiar = [text for text in texts("nl").values() if FAMILIAR.search(text)]
    polite = [text for text in texts("nl_je").values() if ADDRESS.search(text)]
    assert not familiar, f"locale/nl says je:\n{listed(familiar)}"
    assert not polite, f"No text with je in locale/nl_je for:\n{listed(polite)}"


@pytest.mark.parametrize("language", ["nl", "nl_je"])
def test_a_translation_has_the_places_of_its_sentence(language: str) -> None:
    wrong = [
        msgid
        for msgid, text in texts(language).items()
        if sorted(PLACE.findall(msgid)) != sorted(PLACE.findall(text))
    ]
    assert not wrong, listed(wrong)


@pytest.mark.parametrize("language", ["nl", "nl_je", "en"])
def test_the_compiled_catalogue_is_made_of_these_texts(language: str) -> None:
    path = compiled_path(language)
    assert path.read_bytes() == compiled(texts(language), language), "Run make catalogues."
