"""Zips that a folder plugin must not come in: each with a name, the file at fault and the words."""

import io
import random
import stat
import struct
from collections.abc import Callable
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

MB = 1024 * 1024
HEAD = b'schema = "plugin/1"\nname = "scan"\nversion = "1.1.0"\ntitle = "Scan"\n'
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 64, 48) + bytes(9)
GOOD = {"plugin.toml": HEAD, "texts/voor.md": "Één tekst.".encode(), "images/a.png": PNG}
CD, END = b"PK\x01\x02", b"PK\x05\x06"


def zipped(files: dict[str | ZipInfo, bytes], comment: bytes = b"") -> bytes:
    sink = io.BytesIO()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, data in files.items():
            archive.writestr(name, data)
    return sink.getvalue()


def beside(name: str, data: bytes = b"x", **facts: int) -> bytes:
    """A good plugin with one more entry."""
    info = ZipInfo(name)
    info.compress_type = ZIP_DEFLATED
    for fact, value in facts.items():
        setattr(info, fact, value)
    return zipped({**GOOD, info: data})


def renamed(name: bytes) -> bytes:
    """The same with a name that zipfile would not write."""
    return beside("?" * len(name)).replace(b"?" * len(name), name)


def changed(data: bytes, field: int, shape: str, *values: int, at: bytes = CD) -> bytes:
    """A zip with other numbers in the last record of a kind."""
    place = data.rindex(at) + field
    new = struct.pack(shape, *values)
    return data[:place] + new + data[place + len(new) :]


def many(entries: int, zip64: bool, said: int) -> bytes:
    """A directory of many entries without files, in an end record that says another number."""
    one = struct.pack("<4s6H3L5H2L", CD, *[0] * 9, 1, *[0] * 6) + b"a"
    listed = one * entries
    small = min(said, 0xFFFF)
    end = struct.pack("<4s4H2LH", END, 0, 0, small, small, len(listed), 0, 0)
    if not zip64:
        return listed + end
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, said, said, len(listed), 0)
    return listed + record + struct.pack("<4sLQL", b"PK\x06\x07", 0, len(listed), 1) + end


def encrypted() -> bytes:
    data = changed(beside("texts/a.md"), 8, "<H", 1)
    return changed(data, 6, "<H", 1, at=b"PK\x03\x04")


def doubled_place() -> bytes:
    """One file listed twice: the way to a zip of some KB with any number of MB in it."""
    data = zipped({"a.md": random.Random(1).randbytes(5000).hex().encode()})
    place, end = data.index(CD), data.index(END)
    listed = data[place:end]
    record = struct.pack("<4s4H2LH", END, 0, 0, 2, 2, 2 * len(listed), place, 0)
    return data[:place] + listed * 2 + record


def broken_content() -> bytes:
    data = bytearray(beside("texts/a.md", b"Tekst", compress_type=ZIP_STORED))
    data[data.index(b"Tekst")] ^= 1
    return bytes(data)


LINK = (stat.S_IFLNK | 0o777) << 16
BOMB = bytes(60 * MB)
HOSTILE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "path above": (lambda: beside("../a.md"), "../a.md", "leaves"),
    "path above, deeper": (lambda: beside("texts/../../a.md"), "texts/../../a.md", "leaves"),
    "absolute": (lambda: beside("/etc/a.md"), "/etc/a.md", "leaves"),
    "backslash": (lambda: renamed(b"texts\\a.md"), "texts\\a.md", "not every machine"),
    "backslash above": (lambda: renamed(b"..\\..\\a.md"), "..\\..\\a.md", "leaves"),
    "drive": (lambda: beside("C:/a.md"), "C:/a.md", "not every machine"),
    "folder above": (lambda: beside("../x/", b""), "../x", "leaves"),
    "nul": (lambda: renamed(b"a.md\0.svg"), r"a.md\x00.svg", "cannot be seen"),
    "control character": (lambda: beside("a\x1b[2J.md"), r"a\x1b[2J.md", "cannot be seen"),
    "text turned round": (lambda: beside("a\u202edm.md"), r"a\u202edm.md", "cannot be seen"),
    "hidden": (lambda: beside("texts/.a.md"), "texts/.a.md", "hidden"),
    "long path": (lambda: beside("a" * 300 + ".md"), "a" * 200, "longer"),
    "link": (lambda: beside("texts/a.md", external_attr=LINK), "texts/a.md", "link"),
    "folder with content": (lambda: renamed(b"texts/a.md/"), "texts/a.md/", "a folder with"),
    "device": (lambda: beside("texts/a.md", external_attr=stat.S_IFIFO << 16), "texts/a.md", "dev"),
    "encrypted": (encrypted, "texts/a.md", "encrypted"),
    "bzip2": (lambda: beside("a.md", compress_type=ZIP_BZIP2), "a.md", "not read"),
    "two of one name": (lambda: renamed(b"plugin.toml"), "plugin.toml", "two files"),
    "two but for case": (lambda: beside("texts/VOOR.md"), "texts/VOOR.md", "two files"),
    "file and folder": (lambda: beside("plugin.toml/a.md"), "plugin.toml/a.md", "a folder"),
    "svg": (lambda: beside("images/a.SVG"), "images/a.SVG", "no code"),
    "html": (lambda: beside("texts/a.html"), "texts/a.html", "no code"),
    "script": (lambda: beside("a.py"), "a.py", "no code"),
    "template": (lambda: beside("texts/a.pt"), "texts/a.pt", "no code"),
    "no suffix": (lambda: beside("Makefile"), "Makefile", "kind of file"),
    "zip in a zip": (lambda: beside("a.zip", zipped(GOOD)), "a.zip", "archive inside"),
    "zip as text": (lambda: beside("a.md", zipped(GOOD)), "a.md", ""),
    "zip as image": (lambda: beside("a.png", zipped(GOOD)), "a.png", "not a png"),
    "html as image": (lambda: beside("a.jpg", b"<script>"), "a.jpg", "not a jpg"),
    "huge png": (lambda: beside("a.png", changed(PNG, 4, ">2I", 60000, 60000, at=b"IHDR")),
                 "a.png", "pixels"),
    "huge gif": (lambda: beside("a.gif", b"GIF89a" + b"\xff" * 9), "a.gif", "pixels"),
    "latin-1": (lambda: beside("texts/a.md", "een\ntwéé".encode("latin-1")), "texts/a.md", "UTF-8"),
    "utf-16": (lambda: beside("texts/a.md", "een".encode("utf-16")), "texts/a.md", "UTF-8"),
    "byte order mark": (lambda: beside("a.toml", b"\xef\xbb\xbfa=1"), "a.toml", "order mark"),
    "control in text": (lambda: beside("a.md", b"een\0"), "a.md", "control"),
    "bomb": (lambda: beside("texts/a.md", BOMB), "texts/a.md", "MB"),
    "ratio": (lambda: beside("texts/a.md", bytes(MB)), "texts/a.md", "50 times"),
    "size is a lie": (lambda: changed(beside("a.md", BOMB), 24, "<L", 9), "a.md", "damaged"),
    "longer than it is": (lambda: changed(beside("a.md"), 24, "<L", 99), "a.md", "another size"),
    "one place twice": (doubled_place, "a.md", "shares"),
    "packed size is a lie": (lambda: changed(beside("a.md"), 20, "<L", 9000), "a.md", "shares"),
    "wrong checksum": (broken_content, "texts/a.md", "damaged"),
    "501 files": (lambda: zipped({f"{number}.md": b"" for number in range(501)}), "", "501"),
    "million, honest": (lambda: many(10**6, True, 10**6), "", "1000000"),
    "million, counted low": (lambda: many(10**6, False, 3), "", "too long"),
    "million, counted low twice": (lambda: many(10**6, True, 3), "", "too long"),
    "400 said, more there": (lambda: many(9000, False, 400), "", "another number"),
    "number of zip64, without": (lambda: changed(zipped(GOOD), 8, "<2H", 65535, 65535, at=END),
                                 "", "65535"),
    "empty file": (bytes, "", "not a zip"),
    "text": (lambda: b"PK is how this begins", "", "not a zip"),
    "cut off": (lambda: zipped(GOOD)[:-30], "", "cut off"),
    "begins with a picture": (lambda: PNG + zipped(GOOD), "", "more than a zip"),
    "ends with more": (lambda: zipped(GOOD) + b"more", "", "more than a zip"),
    "end inside the comment": (lambda: zipped(GOOD, END + bytes(18)), "", ""),
    "in parts": (lambda: changed(zipped(GOOD), 4, "<H", 1, at=END), "", "in parts"),
    "no files": (lambda: zipped({}), "", "no files"),
}  # fmt: skip
