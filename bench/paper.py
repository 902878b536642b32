"""A PDF of about 100 KB: ten pages of text, and bytes like those of a picture."""

from __future__ import annotations

import random

SIZE = 100_000
PAGES, LINES, WORDS = 10, 40, 9


def pdf(words: list[str], chance: random.Random) -> bytes:
    """A file that readers open; no two are the same."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", _pages(),
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    for number in range(PAGES):
        objects.append(f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {5 + 2 * number} "
                       "0 R/Resources<</Font<</F 3 0 R>>>>>>".encode())
        objects.append(_stream(_text(words, chance)))
    rest = SIZE - sum(len(item) + 20 for item in objects) - 900
    objects.append(_stream(chance.randbytes(max(0, rest))))
    return _file(objects)


def _pages() -> bytes:
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(PAGES))
    return f"<</Type/Pages/Count {PAGES}/Kids[{kids}]>>".encode()


def _text(words: list[str], chance: random.Random) -> bytes:
    lines = [" ".join(chance.choices(words, k=WORDS)) for _line in range(LINES)]
    shown = "\n".join(f"({line}) Tj T*" for line in lines)
    return f"BT /F 11 Tf 14 TL 50 790 Td\n{shown}\nET".encode("ascii", "ignore")


def _stream(content: bytes) -> bytes:
    return f"<</Length {len(content)}>>stream\n".encode() + content + b"\nendstream"


def _file(objects: list[bytes]) -> bytes:
    written, places = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n".encode() + item + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return written + (f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
                      f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\n"
                      f"startxref\n{len(written)}\n%%EOF\n").encode()
