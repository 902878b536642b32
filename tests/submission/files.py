"""Files as people send them, and as people with bad intent make them."""

import io
import struct
import zipfile

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/'
    '2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)


def paragraph(text, style=""):
    named = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{named}<w:r><w:t>{text}</w:t></w:r></w:p>"


def document(body, prologue=""):
    return f'<?xml version="1.0"?>{prologue}<w:document {W}><w:body>{body}</w:body></w:document>'


STYLES = (
    f'<?xml version="1.0"?><w:styles {W}><w:style w:type="paragraph" w:styleId="Kop1">'
    '<w:name w:val="heading 1"/></w:style></w:styles>'
)


def archive(entries, method=zipfile.ZIP_DEFLATED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return target.getvalue()


def docx(body=None, *, whole=None, more=()):
    body = paragraph("Aanleiding", "Kop1") + paragraph("De scan.") if body is None else body
    return archive(
        {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": RELATIONS,
            "word/styles.xml": STYLES,
            "word/document.xml": document(body) if whole is None else whole,
            **dict(more),
        }
    )


def encrypted(content):
    """The same zip with every entry said to be encrypted."""
    made = bytearray(content)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(mark)
        while at >= 0:
            made[at + flags] |= 1
            at = made.find(mark, at + 4)
    return bytes(made)


def many_entries_said(content, count):
    """The same zip with another number of entries in its end record."""
    made = bytearray(content)
    end = made.rfind(b"PK\x05\x06")
    struct.pack_into("<2H", made, end + 8, count, count)
    return bytes(made)


def pdf(pages, *, catalogue="", trailer=""):
    """A pdf with these lines per page; an empty list of lines is a page without a text layer."""
    kids = " ".join(f"{4 + 2 * place} 0 R" for place in range(len(pages)))
    objects = [
        f"<</Type/Catalog/Pages 2 0 R{catalogue}>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for place, lines in enumerate(pages):
        shown = " ".join(f"({line}) Tj T*" for line in lines)
        stream = f"BT /F1 12 Tf 14 TL 50 700 Td {shown} ET" if lines else "0 0 m 9 9 l S"
        objects.append(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]"
            f"/Resources<</Font<</F1 3 0 R>>>>/Contents {5 + 2 * place} 0 R>>"
        )
        objects.append(f"<</Length {len(stream)}>>stream\n{stream}\nendstream")
    return _numbered(objects, trailer)


def _numbered(objects, trailer):
    made = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    return made + (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}"
        f"trailer\n<</Size {size}/Root 1 0 R{trailer}>>\nstartxref\n{len(made)}\n%%EOF\n"
    ).encode("latin-1")
