"""Puts the fragments of the catalogues together: ``make catalogues``.

A fragment holds the texts of one slice: ``locale/nl/<slice>.po`` all of them in Dutch (*u*), and
``locale/nl_je/<slice>.po`` those that address the reader with *je*. From these come the compiled
catalogues that the program reads: nl, nl_je (nl with the *je* texts over it) and en (every text as
it stands in the code). The compiled files are in version control: running needs no polib.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import polib

from lms_leiderschap.texts import DOMAIN

LOCALE = Path(__file__).parents[1] / "locale"
Texts = dict[str, str]


class CatalogueError(Exception):
    """Two fragments of one language translate the same text differently."""


def read_fragments(folder: Path) -> Texts:
    """msgid -> text of all fragments in a folder; texts that are not translated yet are left out.

    Raises CatalogueError.
    """
    texts: Texts = {}
    for path in sorted(folder.glob("*.po")):
        for entry in polib.pofile(str(path), encoding="utf-8").translated_entries():
            if texts.setdefault(entry.msgid, entry.msgstr) != entry.msgstr:
                raise CatalogueError(f"{path} translates {entry.msgid!r} in another way.")
    return texts


def catalogues(locale: Path = LOCALE) -> dict[str, Texts]:
    """The whole catalogue of each language, as msgid -> text."""
    polite = read_fragments(locale / "nl")
    return {
        "nl": polite,
        "nl_je": polite | read_fragments(locale / "nl_je"),
        "en": {msgid: msgid for msgid in polite},
    }


def compiled(texts: Mapping[str, str], language: str) -> bytes:
    """The bytes of the .mo file; the same texts always give the same bytes."""
    file = polib.POFile(check_for_duplicates=True)
    file.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Language": language}
    for msgid in sorted(texts):
        file.append(polib.POEntry(msgid=msgid, msgstr=texts[msgid]))
    return bytes(file.to_binary())


def compiled_path(language: str, locale: Path = LOCALE) -> Path:
    return locale / language / "LC_MESSAGES" / f"{DOMAIN}.mo"


def build(locale: Path = LOCALE) -> list[Path]:
    """Write the compiled catalogues; the files that changed."""
    return list(_written(catalogues(locale), locale))


def _written(all_texts: Mapping[str, Texts], locale: Path) -> Iterable[Path]:
    for language, texts in all_texts.items():
        path = compiled_path(language, locale)
        content = compiled(texts, language)
        if path.exists() and path.read_bytes() == content:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        yield path


if __name__ == "__main__":
    build()
