"""An uploaded file looked at for the form: what it is, whether it opens, how it is called.

Only its ends and its list of contents are read, so that it takes a few milliseconds at 25 MB. What
is inside is for the reading copy.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import BinaryIO

from lms_leiderschap.errors import Refusal
from lms_leiderschap.submission.archive import (
    ArchiveBroken,
    ArchiveLocked,
    ArchiveTooDense,
    entries_of,
)
from lms_leiderschap.texts import _

NOT_OPENING = _("This file cannot be opened. Save it as a Word or PDF file and choose it again.")
EMPTY = _("This file is empty. Choose the file again.")
PROTECTED = _(
    "This file is protected. Save it without a password or protection and choose it again."
)
TOO_DENSE = _(
    "This file is much larger inside than it looks. Save it as a PDF file and choose it again."
)
OTHER_KIND = _(
    "A file of this kind cannot be handed in here. Save it as a Word or PDF file and choose it "
    "again."
)
LONGEST_NAME = 200

_HEAD = 1024
_TAIL = 65_536
_CONTENTS = 4096
_HEADER_END = 512
_LARGEST_SHIFT = 12
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED_OFFICE = "EncryptedPackage".encode("utf-16-le")
_ENCRYPTED = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
_START = re.compile(rb"startxref\s+(\d+)")
_NOT_IN_NAME = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_ENDING = re.compile(r"\.[^.\s/\\]{1,10}$")


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file we know: its media type is what the server says it is, always.

    endings  of a file name, the usual one first
    """

    key: str
    media_type: str
    endings: tuple[str, ...]


_OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS = {
    kind.key: kind
    for kind in (
        FileKind("docx", f"{_OFFICE}wordprocessingml.document", (".docx",)),
        FileKind("xlsx", f"{_OFFICE}spreadsheetml.sheet", (".xlsx",)),
        FileKind("pptx", f"{_OFFICE}presentationml.presentation", (".pptx",)),
        FileKind("odt", "application/vnd.oasis.opendocument.text", (".odt",)),
        FileKind("pdf", "application/pdf", (".pdf",)),
        FileKind("png", "image/png", (".png",)),
        FileKind("jpeg", "image/jpeg", (".jpg", ".jpeg")),
    )
}
_FOLDERS = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}


class FileProblem(Refusal):
    """This file cannot be taken; the sentence says what to do."""


def look_at(source: BinaryIO, name: str, allowed: Collection[str] = ("docx", "pdf")) -> FileKind:
    """What kind of file this is, by its content.

    name     as sent; only its ending is looked at, to tell macros and old Word files
    allowed  keys of KINDS that may be handed in here
    raises   FileProblem for a file that is empty, protected, damaged, a bomb, or not allowed
    """
    source.seek(0)
    head = source.read(_HEAD)
    if not head:
        raise FileProblem(EMPTY)
    key = _key_of(source, head)
    if key not in allowed or name.lower().endswith((".docm", ".dotm")):
        raise FileProblem(OTHER_KIND if key else NOT_OPENING)
    if key == "pdf":
        _check_pdf(source, head)
    source.seek(0)
    return KINDS[key]


def clean_name(name: str, kind: FileKind | None = None) -> str:
    """A file name that is only text: no path, control or bidi characters, at most 200 long.

    kind  adds the ending of this kind when the name has another one
    """
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(sign for sign in last if unicodedata.category(sign) not in _NOT_IN_NAME)
    tidy = " ".join(unicodedata.normalize("NFC", kept).split()).rstrip(". ")
    ending = found[0] if (found := _ENDING.search(tidy)) else ""
    if kind and ending.lower() not in kind.endings:
        ending = kind.endings[0]
    stem = tidy.removesuffix(ending)[: LONGEST_NAME - len(ending)].strip(". ")
    return (stem or "file") + ending


def _key_of(source: BinaryIO, head: bytes) -> str:
    if head.startswith(b"PK\x03\x04"):
        return _archive_key(source)
    if head.startswith(_OLD_OFFICE):
        # Word wraps a docx with a password in the container of its old format.
        raise FileProblem(PROTECTED if _is_encrypted_office(source, head) else NOT_OPENING)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    return "pdf" if b"%PDF-" in head else ""


def _archive_key(source: BinaryIO) -> str:
    try:
        entries = entries_of(source)
    except ArchiveLocked:
        raise FileProblem(PROTECTED) from None
    except ArchiveTooDense:
        raise FileProblem(TOO_DENSE) from None
    except ArchiveBroken:
        raise FileProblem(NOT_OPENING) from None
    names = [entry.filename for entry in entries]
    if "[Content_Types].xml" in names:
        for folder, key in _FOLDERS.items():
            if any(name.startswith(folder) for name in names):
                return key
    return "odt" if {"mimetype", "content.xml"} <= set(names) else ""


def _is_encrypted_office(source: BinaryIO, head: bytes) -> bool:
    """Whether the list of contents of an old Office container names an encrypted package.

    Where that list is, and how large a sector, stands in the header ([MS-CFB] 2.2).
    """
    if len(head) < _HEADER_END:
        return False
    shift, first = int.from_bytes(head[30:32], "little"), int.from_bytes(head[48:52], "little")
    source.seek((first + 1) << min(shift, _LARGEST_SHIFT))
    return _LOCKED_OFFICE in source.read(_CONTENTS)


def _check_pdf(source: BinaryIO, head: bytes) -> None:
    size = source.seek(0, 2)
    source.seek(max(0, size - _TAIL))
    tail = source.read()
    if b"startxref" not in tail and b"%%EOF" not in tail:
        raise FileProblem(NOT_OPENING)  # cut off on the way
    table = b""
    if starts := _START.findall(tail):
        source.seek(min(int(starts[-1][:12]), size))
        table = source.read(_HEAD)
    if any(_ENCRYPTED.search(part) for part in (head, tail, table)):
        raise FileProblem(PROTECTED)
