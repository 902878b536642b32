import io
import os
import subprocess
import sys
import time

import pypdf
import pytest

from lms_leiderschap.submission import reading_child
from lms_leiderschap.submission.reading import MIB, Reading, read_file
from lms_leiderschap.submission.upload import KINDS
from lms_leiderschap.web.html import plain_text, safe_html
from tests.submission.files import (
    archive,
    document,
    docx,
    encrypted,
    many_entries_said,
    paragraph,
    pdf,
)

DOCX = KINDS["docx"].media_type
PDF = KINDS["pdf"].media_type
UNREADABLE = Reading("unreadable")
TENFOLD = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
LAUGHS = f"<!DOCTYPE l [<!ENTITY a0 'ha'>{TENFOLD}]>"


@pytest.fixture
def read(tmp_path):
    def read(content, media_type=DOCX, **limits):
        path = tmp_path / "file"
        path.write_bytes(content)
        return read_file(path, media_type, **limits)

    return read


def test_a_word_file_is_read_as_blocks(read):
    table = f"<w:tbl><w:tr><w:tc>{paragraph('cel')}</w:tc></w:tr></w:tbl>"
    reading = read(docx(paragraph("Aanleiding", "Kop1") + paragraph("De &lt;b&gt; scan.") + table))
    assert reading.state == "read"
    assert reading.sentence == ""
    assert reading.words == 5
    assert reading.pages == 0
    assert [(block["kind"], block["html"]) for block in reading.blocks] == [
        ("heading", "<h2>Aanleiding</h2>"),
        ("paragraph", "<p>De &lt;b&gt; scan.</p>"),
        ("table", "<table>\n<tbody>\n<tr>\n<td>\n<p>cel</p>\n</td>\n</tr>\n</tbody>\n</table>"),
    ]


def test_a_pdf_is_read_by_page(read):
    reading = read(pdf([["Resultaten <b> van", "de scan"], ["Slot van het verslag"]]), PDF)
    assert (reading.state, reading.pages, reading.words) == ("read", 2, 9)
    assert [block["kind"] for block in reading.blocks] == ["page", "page"]
    assert plain_text(reading.blocks[1]["html"]) == "Slot van het verslag"
    assert "&lt;b&gt;" in reading.blocks[0]["html"]


def test_blocks_that_are_the_same_in_the_next_version_keep_their_id(read):
    first = read(docx(paragraph("een") + paragraph("twee"))).blocks
    second = read(docx(paragraph("nul") + paragraph("twee")), earlier=first).blocks
    assert second[1] == first[1]
    assert second[0]["id"] != first[0]["id"]


def test_a_pdf_of_images_is_a_scan_with_its_pages(read):
    reading = read(pdf([[], ["Scanned with Scanner"], []]), PDF)
    assert (reading.state, reading.pages, len(reading.blocks)) == ("scan", 3, 3)
    assert reading.sentence.startswith("This PDF consists of images.")


def test_a_script_in_a_pdf_is_not_run_and_not_shown(read):
    script = "/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"
    reading = read(pdf([["Een verslag met tekst"]], catalogue=script), PDF)
    assert reading.state == "read"
    assert "alert" not in str(reading.blocks)


def test_a_script_in_a_word_file_is_text_and_its_link_is_dead(read):
    shown = paragraph("&lt;script&gt;alert(1)&lt;/script&gt;")
    link = (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK '
        '"javascript:alert(1)"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        '<w:r><w:t>klik</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )
    reading = read(docx(shown + link))
    assert [plain_text(block["html"]) for block in reading.blocks] == [
        "<script>alert(1)</script>",
        "klik",
    ]
    assert "javascript" not in str(reading.blocks)
    assert all(safe_html(block["html"]) == block["html"] for block in reading.blocks)


def locked_pdf():
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf([["geheim verslag van mij"]])))
    writer.encrypt("geheim", algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"), [(locked_pdf(), PDF), (encrypted(docx()), DOCX)]
)
def test_a_protected_file_is_locked(read, content, media_type):
    reading = read(content, media_type)
    assert reading.state == "locked"
    assert "password" in reading.sentence


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"", DOCX),
        (b"tekst", DOCX),
        (docx(), PDF),
        (pdf([["x"]]), DOCX),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (docx()[:-30], DOCX),
        (docx(whole="<geen"), DOCX),
        (docx(""), DOCX),
        (archive({"[Content_Types].xml": "x", "word/document.xml": "x"}), DOCX),
        (archive({"inside.docx": docx()}), DOCX),
        (docx(more={"word/bomb.xml": "0" * 3_000_000}.items()), DOCX),
        (docx(more={"../../x": "x"}.items()), DOCX),
        (many_entries_said(docx(), 60_000), DOCX),
        (docx(whole=document(paragraph("&a9;"), LAUGHS)), DOCX),
        (docx(whole=document(paragraph("x"), LAUGHS).encode("utf-16")), DOCX),
        (docx(whole=document(paragraph("x"), "<!DOCTYPE l SYSTEM 'http://127.0.0.1/'>")), DOCX),
        (docx(whole=document("<w:p>" * 5000 + "</w:p>" * 5000)), DOCX),
        (b"%PDF-1.7\nstartxref\n999999\n%%EOF", PDF),
        (b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"%%EOF", PDF),
        (pdf([["x"]]).replace(b"/Kids[4 0 R]", b"/Kids[2 0 R]"), PDF),
        (pdf([["x"]] * 501), PDF),
    ],
)
def test_a_file_that_cannot_be_read_is_unreadable_and_no_error(read, content, media_type):
    assert read(content, media_type) == UNREADABLE


def test_an_external_entity_gives_no_file_of_ours(read, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("GEHEIM")
    entity = f"<!DOCTYPE d [<!ENTITY x SYSTEM '{secret.as_uri()}'>]>"
    assert read(docx(whole=document(paragraph("&x;"), entity))) == UNREADABLE


def test_a_part_that_is_named_by_the_document_may_declare_no_entities_either(read):
    part = f"<!-- {'x' * 100_000} -->{LAUGHS}<a>&a9;</a>"
    assert read(docx(more={"word/other.bin": part}.items())) == UNREADABLE


def test_a_document_that_needs_too_much_memory_costs_only_its_reading_copy(read):
    body = "".join(paragraph(os.urandom(20).hex()) for _ in range(40_000))
    assert read(docx(), memory=96 * MIB).state == "read"
    assert read(docx(body), memory=96 * MIB) == UNREADABLE


def test_a_document_that_takes_too_long_is_stopped(read):
    body = "".join(paragraph(os.urandom(20).hex()) for _ in range(100_000))
    start = time.monotonic()
    assert read(docx(body), seconds=1) == UNREADABLE
    assert time.monotonic() - start < 4


def test_more_output_than_allowed_is_cut_off_by_the_kernel(tmp_path):
    (tmp_path / "file").write_bytes(docx(paragraph("woord " * 2000)))
    with (tmp_path / "found").open("wb") as output:
        ended = subprocess.run(
            [sys.executable, "-P", reading_child.__file__, "docx", str(tmp_path / "file")]
            + ["20", str(512 * MIB), "4096"],
            stdout=output,
            stderr=subprocess.DEVNULL,
            env={},
            check=False,
        )
    assert ended.returncode != 0
    assert (tmp_path / "found").stat().st_size <= 4096


def test_the_child_loads_nothing_of_the_application(tmp_path):
    (tmp_path / "file").write_bytes(docx())
    code = (
        "import runpy, sys; sys.argv = sys.argv[1:];"
        "runpy.run_path(sys.argv[0], run_name='__main__');"
        "assert not [m for m in sys.modules if m.startswith(('lms_', 'pyramid', 'ZODB'))]"
    )
    subprocess.run(
        [sys.executable, "-P", "-c", code, reading_child.__file__, "docx", str(tmp_path / "file")]
        + ["20", str(512 * MIB), "100000"],
        stdout=subprocess.DEVNULL,
        check=True,
    )
