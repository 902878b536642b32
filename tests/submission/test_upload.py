import io
import time
import tracemalloc
import unicodedata
import zipfile

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_leiderschap.submission.upload import (
    EMPTY,
    KINDS,
    NOT_OPENING,
    OTHER_KIND,
    PROTECTED,
    TOO_DENSE,
    FileProblem,
    clean_name,
    look_at,
)
from tests.submission.files import archive, docx, encrypted, many_entries_said, pdf

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000)
TEXT_PDF = pdf([["Hallo"]])


def locked_pdf():
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(TEXT_PDF))
    writer.encrypt("geheim", algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def locked_docx():
    """The container Word makes around a docx with a password, as far as we look."""
    made = bytearray(OLD_OFFICE[:512] + bytes(30_000))
    made[30:32] = (9).to_bytes(2, "little")
    made[48:52] = (40).to_bytes(4, "little")
    name = "EncryptedPackage".encode("utf-16-le")
    made[41 * 512 + 128 : 41 * 512 + 128 + len(name)] = name
    return bytes(made)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (docx(), "docx"),
        (docx(more={"word/vbaProject.bin": "x"}.items()), "docx"),
        (TEXT_PDF, "pdf"),
        (b"\xef\xbb\xbf\n" + TEXT_PDF, "pdf"),
        (pdf([["x"]], catalogue="/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"), "pdf"),
    ],
)
def test_word_and_pdf_files_are_taken(content, key):
    assert look_at(io.BytesIO(content), "verslag").key == key


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"\x89PNG\r\n\x1a\n123", "png"),
        (b"\xff\xd8\xff\xe0123", "jpeg"),
        (archive({"[Content_Types].xml": "", "xl/workbook.xml": ""}), "xlsx"),
        (archive({"[Content_Types].xml": "", "ppt/presentation.xml": ""}), "pptx"),
        (archive({"mimetype": "", "content.xml": ""}), "odt"),
    ],
)
def test_other_files_are_taken_only_where_they_are_asked(content, key):
    assert look_at(io.BytesIO(content), "x", ["docx", key]) is KINDS[key]
    assert problem_with(content) == OTHER_KIND


def problem_with(content, name="verslag.docx"):
    with pytest.raises(FileProblem) as found:
        look_at(io.BytesIO(content), name)
    return found.value.message


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", EMPTY),
        (b"Geachte docent,", NOT_OPENING),
        (b"<html><script>alert(1)</script>", NOT_OPENING),
        (b"MZ\x90\x00", NOT_OPENING),
        (OLD_OFFICE, NOT_OPENING),
        (locked_docx(), PROTECTED),
        (docx()[:-30], NOT_OPENING),
        (b"PK\x03\x04", NOT_OPENING),
        (encrypted(docx()), PROTECTED),
        (archive({"inside.zip": docx()}), NOT_OPENING),
        (archive({"../../etc/passwd": "x", "[Content_Types].xml": "", "word/x": ""}), NOT_OPENING),
        (docx(more={"/abs": "x"}.items()), NOT_OPENING),
        (docx(more={"word/bomb.xml": "0" * 3_000_000}.items()), TOO_DENSE),
        (archive({f"word/{n}": "" for n in range(2001)}), TOO_DENSE),
        (many_entries_said(docx(), 60_000), TOO_DENSE),
        (archive({"[Content_Types].xml": "", "word/x": "x"}, zipfile.ZIP_LZMA), NOT_OPENING),
        (TEXT_PDF[:200], NOT_OPENING),
        (locked_pdf(), PROTECTED),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(content, sentence):
    assert problem_with(content) == sentence


def test_a_document_with_macros_is_of_another_kind():
    assert problem_with(docx(), "verslag.DOCM") == OTHER_KIND


def test_a_size_that_is_lied_about_is_not_believed():
    content = docx(more={"word/x.xml": "0" * 3_000_000}.items())
    small = content.replace((3_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    source = io.BytesIO(small)
    assert look_at(source, "x").key == "docx"
    with zipfile.ZipFile(source) as made, pytest.raises(zipfile.BadZipFile):
        made.read("word/x.xml")


def test_a_record_for_large_archives_does_not_overrule_the_limit():
    content = docx()
    end = content.rfind(b"PK\x05\x06")
    locator = b"PK\x06\x07" + bytes(16)
    assert problem_with(content[:end] + locator + content[end:]) == TOO_DENSE


@pytest.mark.parametrize(
    "content",
    [
        docx(more={f"word/media/{n}.bin": "x" * 12_500 for n in range(1900)}.items()),
        TEXT_PDF[:-300] + b"%" + b"x" * 25_000_000 + TEXT_PDF[-300:],
        OLD_OFFICE + bytes(25_000_000),
        b"PK\x03\x04" + b"PK\x01\x02" * 6_000_000,
    ],
    ids=["docx", "pdf", "doc", "zip without end"],
)
def test_a_large_file_is_looked_at_in_an_instant_and_little_memory(content):
    source = io.BytesIO(content)
    spent = []
    for _ in range(3):
        start = time.process_time()
        try:
            look_at(source, "x")
        except FileProblem:
            pass
        spent.append(time.process_time() - start)
    assert min(spent) < 0.05
    tracemalloc.start()
    try:
        look_at(source, "x")
    except FileProblem:
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8_000_000


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Verslag één.docx", "Verslag één.docx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\anna\\plan.pdf", "plan.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie: x=1.pdf"),
        ("nul\0.pdf", "nul.pdf"),
        ("\u202efdp.docx", "fdp.docx"),
        ("e\u0301.pdf", "\xe9.pdf"),
        ("  .. ", "file"),
        ("", "file"),
        (".pdf", "file.pdf"),
        ("x" * 300 + ".docx", "x" * 195 + ".docx"),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_file_name_is_only_text(name, clean):
    assert clean_name(name) == clean


def test_a_wrong_ending_gets_the_right_one_behind_it():
    assert clean_name("plan.docx", KINDS["pdf"]) == "plan.docx.pdf"
    assert clean_name("foto.JPEG", KINDS["jpeg"]) == "foto.JPEG"
    assert clean_name("verslag v1.2", KINDS["docx"]) == "verslag v1.2.docx"
    assert clean_name("verslag", KINDS["docx"]) == "verslag.docx"


@given(st.text(), st.sampled_from([None, *KINDS.values()]))
def test_any_name_becomes_a_short_visible_one_and_stays_so(name, kind):
    clean = clean_name(name, kind)
    assert 1 <= len(clean) <= 200
    assert not set("/\\") & set(clean)
    assert all(unicodedata.category(sign) not in ("Cc", "Cf", "Cs") for sign in clean)
    assert clean_name(clean, kind) == clean
