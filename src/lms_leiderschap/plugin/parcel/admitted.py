"""Which files a folder plugin may hold: data, texts and pictures, and nothing that runs."""

import codecs
import re
import struct
from collections.abc import Iterable, Mapping

from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.texts import _

MOST_BYTES = 50 * 1024 * 1024
MOST_FILES = 500
MOST_RATIO = 50
LONGEST_PATH = 200
MOST_PIXELS = 50_000_000
# Bytes of one file that is read as a text: far above what anybody writes, and read at once.
MOST_TEXT = 500_000
MOST_TEXTS = 5_000_000

TEXTS = frozenset((".toml", ".md", ".json"))
IMAGES = {
    ".png": re.compile(rb"\x89PNG\r\n\x1a\n....IHDR", re.DOTALL),
    ".jpg": re.compile(rb"\xff\xd8\xff"),
    ".jpeg": re.compile(rb"\xff\xd8\xff"),
    ".gif": re.compile(rb"GIF8[79]a"),
    ".webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
# Files that people expect beside their work; read by people only.
LEAFLET = re.compile(r"(licen[cs]e|copying|readme|notice|authors|changes|changelog)(\.txt)?", re.I)
ARCHIVES = frozenset(".zip .jar .whl .egg .tar .tgz .gz .bz2 .xz .zst .7z .rar .docx .epub".split())
CODE = frozenset(
    ".svg .svgz .html .htm .xhtml .xml .js .mjs .ts .css .wasm .py .pyc .pyi .pyd .so .dll .exe"
    " .pt .j2 .jinja .jinja2 .mako .php .rb .pl .sh .bash .bat .cmd .ps1 .vbs".split()
)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NOT_ON_WINDOWS = re.compile(r'[\\:<>"|?*]|[. ]$')


def check_paths(paths: Iterable[str]) -> None:
    """Refuse paths that leave the folder, cannot be told apart, or name what is not read."""
    seen: dict[str, str] = {}
    for path in paths:
        check_path(path)
        _check_kind(path)
        same = seen.setdefault(path.casefold(), path)
        if same is not path:
            words = {"one": shown(same), "other": shown(path)}
            sentence = _("two files of one name: '${one}' and '${other}'.", mapping=words)
            raise PluginError(sentence, shown(path))
    for folded, path in seen.items():
        places = [at for at, letter in enumerate(folded) if letter == "/"]
        for folder in (folded[:at] for at in places):
            if folder in seen:
                both = {"path": shown(seen[folder])}
                sentence = _("'${path}' is a file and a folder.", mapping=both)
                raise PluginError(sentence, shown(path))


def check_path(path: str) -> None:
    """Refuse a path that is not a plain relative one, on whatever machine it is unpacked."""
    parts = path.split("/")
    if not path.isprintable():
        raise PluginError(_("its name holds characters that cannot be seen."), shown(path))
    if len(path) > LONGEST_PATH:
        sentence = _("its path is longer than ${n} characters.", mapping={"n": LONGEST_PATH})
        raise PluginError(sentence, shown(path))
    if ".." in re.split(r"[/\\]", path) or path.startswith("/"):
        raise PluginError(_("its path leaves the folder of the plugin."), shown(path))
    if any(_NOT_ON_WINDOWS.search(part) for part in parts):
        sentence = _("its path holds a character that not every machine takes.")
        raise PluginError(sentence, shown(path))
    if any(part.startswith(".") or not part for part in parts):
        raise PluginError(_("its path has a hidden or an empty part."), shown(path))


def check_content(path: str, data: bytes) -> None:
    """Refuse an image that is something else, and a text that is no UTF-8 or too long to read."""
    kind = suffix(path)
    if kind not in IMAGES:
        _check_text(path, data)
    elif not IMAGES[kind].match(data):
        sentence = _("this is not a ${kind} image.", mapping={"kind": kind[1:]})
        raise PluginError(sentence, shown(path))
    elif _pixels(data) > MOST_PIXELS:
        raise PluginError(_("this image has more pixels than a screen can use."), shown(path))


def check_amount(files: int, size: int, path: str = "") -> None:
    """Refuse more files, or more bytes unpacked, than a folder plugin may hold."""
    if files > MOST_FILES:
        sentence = _("there are more than ${n} files.", mapping={"n": MOST_FILES})
        raise PluginError(sentence, shown(path))
    if size > MOST_BYTES:
        sentence = _("together the files are larger than ${n} MB.",
                     mapping={"n": MOST_BYTES // 1024**2})  # fmt: skip
        raise PluginError(sentence, shown(path))


def check_texts(sizes: Mapping[str, int]) -> None:
    """Refuse more bytes of text together than are read within seconds."""
    if sum(size for path, size in sizes.items() if suffix(path) not in IMAGES) > MOST_TEXTS:
        sentence = _("together the texts are larger than ${n} MB.",
                     mapping={"n": MOST_TEXTS // 1_000_000})  # fmt: skip
        raise PluginError(sentence)


def suffix(path: str) -> str:
    """The last suffix in small letters, with its dot; empty when there is none."""
    name = path.rpartition("/")[2]
    return name[name.rfind(".") :].lower() if "." in name else ""


def shown(path: str) -> str:
    """A path as it can be printed in a message, whatever is in it."""
    return (path if path.isprintable() else ascii(path)[1:-1])[:LONGEST_PATH]


def _check_kind(path: str) -> None:
    kind = suffix(path)
    if kind in TEXTS or kind in IMAGES or LEAFLET.fullmatch(path.rpartition("/")[2]):
        return
    if kind in CODE:
        sentence = _("a folder plugin carries no code, templates, styles or SVG.")
    elif kind in ARCHIVES:
        sentence = _("an archive inside the plugin is not read.")
    else:
        known = ", ".join((*sorted(TEXTS), *IMAGES))
        sentence = _("this kind of file is not read; a folder plugin holds ${known}.",
                     mapping={"known": known})  # fmt: skip
    raise PluginError(sentence, shown(path))


def _check_text(path: str, data: bytes) -> None:
    if len(data) > MOST_TEXT:
        sentence = _("this text is larger than ${n} KB.", mapping={"n": MOST_TEXT // 1000})
        raise PluginError(sentence, shown(path))
    if data.startswith(codecs.BOM_UTF8):
        sentence = _("this text begins with a byte order mark; save it as UTF-8 without one.")
        raise PluginError(sentence, shown(path), 1)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PluginError(_("this file is not UTF-8 text."), shown(path), line) from None
    if found := _CONTROL.search(data):
        line = data.count(b"\n", 0, found.start()) + 1
        raise PluginError(_("this text holds a control character."), shown(path), line)


def _pixels(data: bytes) -> int:
    """Width times height where the first bytes say it (PNG, GIF); 0 for the other kinds."""
    if data.startswith(b"\x89PNG") and len(data) >= 24:
        width, height = struct.unpack_from(">II", data, 16)
    elif data.startswith(b"GIF8") and len(data) >= 10:
        width, height = struct.unpack_from("<HH", data, 6)
    else:
        return 0
    return int(width) * int(height)
