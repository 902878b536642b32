"""The program that opens a file somebody sent, in a process that may fail.

It is started by `reading.py` by its path, so that nothing of the application is loaded, and prints
one JSON object: `{"html": …}` of a docx, `{"pages": [text, …]}` of a pdf, or `{"state": "locked"}`.
Anything else ends it with an error.
"""

from __future__ import annotations

import json
import resource
import sys
import zipfile
from typing import Any, NoReturn
from xml.parsers import expat

MOST_PAGES = 500
CHUNK = 65_536

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


def read_docx(path: str) -> dict[str, Any]:
    """The document as HTML, images by their description only; not yet safe to show."""
    import mammoth

    with open(path, "rb") as source:
        _refuse_doctypes(source)
        source.seek(0)
        result = mammoth.convert_to_html(
            source,
            style_map=STYLES,
            include_embedded_style_map=False,
            convert_image=mammoth.images.img_element(lambda image: {}),
        )
    return {"html": result.value}


def read_pdf(path: str) -> dict[str, Any]:
    """The text of each page; a page that cannot be read is empty."""
    import pypdf

    reader = pypdf.PdfReader(path)
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


def main(kind: str, path: str, seconds: str, memory: str, output: str) -> None:
    """Read one file within the limits and write what was found."""
    limit(int(seconds), int(memory), int(output))
    sys.stdout.write(json.dumps({"docx": read_docx, "pdf": read_pdf}[kind](path)))


if __name__ == "__main__":
    main(*sys.argv[1:])
