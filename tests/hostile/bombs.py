"""Files that are small outside and endless inside, or that lead elsewhere. Each is what a person
could upload: below 25 MB."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable
from typing import Any

from tests.submission.files import archive, document, docx, paragraph, pdf

W_ALL = "xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'"
TENFOLD = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
LAUGHS = f"<!DOCTYPE l [<!ENTITY a0 'ha'>{TENFOLD}]>"
LONG = f"<!DOCTYPE l [<!ENTITY a0 '{'x' * 200_000}'>]>"


def entries_said(count: int) -> bytes:
    """A zip with this many entries in its directory, all of them the same."""
    name = b"word/document.xml"
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0,
                        0, 0, 0, 0) + name  # fmt: skip
    directory = entry * count
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0) + name
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, len(directory), len(local), 0)
    return local + directory + end


def nested(levels: int) -> bytes:
    """A docx in a docx in a docx …"""
    inner = docx()
    for _level in range(levels):
        inner = docx(more={"word/embeddings/inner.docx": inner}.items())
    return inner


def related(target: str) -> bytes:
    """A docx of which a picture, a template and a link lie elsewhere."""
    kinds = ("image", "attachedTemplate", "hyperlink", "oleObject", "subDocument")
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    rows = "".join(f'<Relationship Id="r{place}" Type="{base}/{kind}" Target="{target}" '
                   'TargetMode="External"/>' for place, kind in enumerate(kinds))  # fmt: skip
    relations = ('<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/'
                 f'package/2006/relationships">{rows}</Relationships>')  # fmt: skip
    drawn = ('<w:p><w:r><w:drawing><a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/'
             f'2006/main" {W_ALL} r:link="r0"/></w:drawing></w:r></w:p>')  # fmt: skip
    link = f'<w:p><w:hyperlink {W_ALL} r:id="r2"><w:r><w:t>klik</w:t></w:r></w:hyperlink></w:p>'
    return docx(drawn + link + paragraph("tekst"),
                more={"word/_rels/document.xml.rels": relations}.items())  # fmt: skip


def pdf_of(objects: list[bytes]) -> bytes:
    """A pdf of these objects; the first is its catalogue."""
    made, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return made + (b"xref\n0 %d\n0000000000 65535 f \n" % size + table
                   + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
                   % (size, len(made)))  # fmt: skip


def page_of(stream: bytes, filters: bytes, more: bytes = b"") -> bytes:
    """A pdf of one page with this content stream."""
    return pdf_of([
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<" + more + b">>/Contents 4 0 R>>",
        b"<</Length %d/Filter%s>>stream\n" % (len(stream), filters) + stream + b"\nendstream",
        b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/ToUnicode 6 0 R>>",
        _cmap(b"1 begincodespacerange <0000> <FFFF> endcodespacerange "
              b"100 beginbfrange " + b"<0000> <FFFFFFFF> <0000> " * 100 + b"endbfrange"),
    ])  # fmt: skip


def _cmap(text: bytes) -> bytes:
    return b"<</Length %d>>stream\n" % len(text) + text + b"\nendstream"


def deflated(size: int, times: int = 1) -> bytes:
    """Zeros that unpack to `size` bytes after being unpacked this many times."""
    content = bytes(size)
    for _turn in range(times):
        content = zlib.compress(content, 9)
    return content


def deep_pages(levels: int) -> bytes:
    """A page that lies this many levels down."""
    nodes = [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (number + 3) for number in range(levels)]
    return pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", *nodes,
                   b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"])  # fmt: skip


def wide_pages(count: int) -> bytes:
    """One page, named this many times."""
    return pdf_of([b"<</Type/Catalog/Pages 2 0 R>>",
                   b"<</Type/Pages/Kids[" + b"3 0 R " * count + b"]/Count %d>>" % count,
                   b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"])  # fmt: skip


def huge_image() -> bytes:
    """A page with a picture that says it has 2³¹ by 2³¹ pixels."""
    image = (b"/XObject<</I<</Type/XObject/Subtype/Image/Width 2147483647/Height 2147483647"
             b"/BitsPerComponent 16/ColorSpace/DeviceRGB/Filter/FlateDecode>>>>")  # fmt: skip
    return page_of(zlib.compress(b"/I Do BT (tekst) Tj ET"), b"/FlateDecode", image)


def bent(change: Callable[[str], str]) -> bytes:
    """A pdf with something changed in its text."""
    return change(pdf([["tekst"]]).decode("latin-1")).encode("latin-1")


def as_much_as_is_read(size: int, each: int) -> bytes:
    """A document with this much text, in letters that take most memory, in texts of this size."""
    chance = random.Random(1)
    return docx("".join(
        paragraph("😀" + " ".join(f"{chance.getrandbits(40):x}" for _word in range(each // 11)))
        for _text in range(size // each)))  # fmt: skip


FONT = b"/Font<</F 5 0 R>>"
# By the header or the directory alone, while the person waits.
AT_THE_DOOR: dict[str, Callable[[], bytes]] = {
    "370,000 entries": lambda: entries_said(370_000),
    "a ratio of 1,000": lambda: docx(more={"word/x.xml": "0" * 60_000_000}.items()),
    "an entry outside": lambda: docx(more={"../../x": "x"}.items()),
    "a device": lambda: archive({"[Content_Types].xml": "x", "/dev/zero": "x"}),
}  # fmt: skip
# By the process that reads, which the hand-in does not wait for.
IN_THE_PROCESS: dict[str, Callable[[], bytes]] = {
    "a billion laughs": lambda: docx(whole=document(paragraph("&a9;"), LAUGHS)),
    "a billion laughs in the styles": lambda: docx(
        more={"word/numbering.xml": f"<?xml version='1.0'?>{LAUGHS}<a>&a9;</a>"}.items()),
    "one long entity, many times": lambda: docx(
        whole=document(paragraph("&a0;" * 100_000), LONG)),
    "a parameter entity": lambda: docx(whole=document(
        paragraph("x"), "<!DOCTYPE l [<!ENTITY % p SYSTEM 'file:///etc/passwd'>%p;]>")),
    "100,000 attributes": lambda: docx(whole=document(
        "<w:p " + " ".join(f'a{n}="x"' for n in range(50_000)) + "/>")),
    "a cell over 10⁹ columns": lambda: docx(
        "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='999999999'/></w:tcPr>"
        + paragraph("x") + "</w:tc></w:tr></w:tbl>"),
    "deep pages": lambda: deep_pages(20_000),
    "a million pages that are one": lambda: wide_pages(1_000_000),
    "pages in a circle": lambda: bent(lambda text: text.replace("/Kids[4 0 R]", "/Kids[2 0 R]")),
    "a table before itself": lambda: bent(
        lambda text: text.replace("/Root 1", f"/Prev {text.rindex('xref', 0, -40)}/Root 1")),
    "a flate bomb": lambda: page_of(deflated(1 << 30), b"/FlateDecode"),
    "a flate bomb in a flate bomb": lambda: page_of(
        deflated(1 << 29, 3), b"[/FlateDecode/FlateDecode/FlateDecode]"),
    "a million operators": lambda: page_of(
        zlib.compress(b"q Q BT ET " * 1_000_000), b"/FlateDecode"),
    "a font of 2³² letters": lambda: page_of(
        zlib.compress(b"BT /F 9 Tf <00410042> Tj ET"), b"/FlateDecode", FONT),
    "a huge picture": huge_image,
    "a docx in a docx, 8 deep": lambda: nested(8),
    "as much text as is read": lambda: as_much_as_is_read(2_800_000, 40_000),
    "as many texts as are read": lambda: as_much_as_is_read(900_000, 110),
}  # fmt: skip
BOMBS: dict[str, Any] = AT_THE_DOOR | IN_THE_PROCESS
