"""The program that opens a file somebody sent, in a process that may fail.

It is started by `reading.py` by its path, so that nothing of the application is loaded, and prints
one JSON object: `{"html": …}` of a docx, `{"pages": [text, …]}` of a pdf, or `{"state": "locked"}`.
Anything else ends it with an error.
"""

from __future__ import annotations

import codecs
import importlib
import json
import pkgutil
import resource
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO, NoReturn
from xml.parsers import expat

MOST_PAGES = 500
CHUNK = 65_536

# Letters that a document, or the names in a zip, may be in.
CODECS = (
    "cp437", "ascii", "latin-1", "cp1252", "mac-roman", "utf-16", "utf-16-be", "utf-16-le",
    "utf-32-be", "big5", "cp950", "euc-jp", "euc-kr", "gb2312", "gb18030", "gbk", "shift-jis",
    "cp932", "cp949",
)  # fmt: skip

# Word's headings start one level lower here: the page above them has the first.
STYLES = "\n".join(
    f"p[style-name='{name} {level}'] => h{min(level + 1, 5)}:fresh"
    for level in range(1, 7)
    for name in ("Heading", "heading", "Kop")
)


class _RootReached(Exception):
    pass


def limit(seconds: int, memory: int, output: int) -> None:
    """Hold this process to CPU seconds, bytes of memory and bytes of output."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))


def shut() -> None:
    """From here on nothing more is opened: no file to read or write, no connection, no process.

    What is read must be open by then, and every module and codec loaded. A program in place of this
    one is not kept off, if it is one file that needs no other; these limits hold it too. The kernel
    keeps root from no process (setrlimit(2), RLIMIT_NPROC): run the server as another user.
    """
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def loaded(*names: str) -> Any:
    """The first of these packages, with all that is loaded only when a document asks for it."""
    packages = [importlib.import_module(name) for name in names]
    for package in packages:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            with suppress(ImportError):  # what it can do with other packages, as drawing
                importlib.import_module(found.name)
    for codec in CODECS:
        codecs.lookup(codec)
    return packages[0]


def read_docx(mammoth: Any, source: BinaryIO) -> dict[str, Any]:
    """The document as HTML, images by their description only; not yet safe to show."""
    _refuse_doctypes(source)
    source.seek(0)
    result = mammoth.convert_to_html(
        source,
        style_map=STYLES,
        include_embedded_style_map=False,
        convert_image=mammoth.images.img_element(lambda image: {}),
    )
    return {"html": result.value}


def read_pdf(pypdf: Any, source: BinaryIO) -> dict[str, Any]:
    """The text of each page; a page that cannot be read is empty."""
    reader = pypdf.PdfReader(source)
    if reader.is_encrypted:
        return {"state": "locked"}
    if len(reader.pages) > MOST_PAGES:
        raise ValueError("too many pages")
    return {"pages": [_text_of(page) for page in reader.pages]}


def _text_of(page: Any) -> str:
    try:
        return str(page.extract_text())
    except MemoryError:
        raise
    except Exception:  # one damaged page must not hide the others
        return ""


def _refuse_doctypes(source: Any) -> None:
    """No entry may declare entities: they can grow without end or point at other files."""
    with zipfile.ZipFile(source) as archive:
        for entry in archive.infolist():
            with archive.open(entry) as part:
                _check_prologue(part)


def _check_prologue(part: Any) -> None:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = _stop
    try:
        while chunk := part.read(CHUNK):
            parser.Parse(chunk)
    except (_RootReached, expat.ExpatError):
        return  # all that comes before the root has been seen, or it is no XML


def _refuse(*declared: Any) -> NoReturn:
    raise ValueError("a document type is declared")


def _stop(*element: Any) -> NoReturn:
    raise _RootReached


READERS: dict[str, tuple[tuple[str, ...], Callable[[Any, BinaryIO], dict[str, Any]]]] = {
    "docx": (("mammoth", "xml.dom"), read_docx),
    "pdf": (("pypdf",), read_pdf),
}


def main(kind: str, path: str, seconds: str, memory: str, output: str) -> None:
    """Read one file within the limits and write what was found."""
    limit(int(seconds), int(memory), int(output))
    names, read = READERS[kind]
    library = loaded(*names)
    with open(path, "rb") as source:
        shut()
        found = json.dumps(read(library, source), ensure_ascii=False)
        sys.stdout.buffer.write(found.encode("utf-8", "replace"))


if __name__ == "__main__":
    main(*sys.argv[1:])
