"""What people with bad intent, and broken programs, send; the same seed gives the same requests."""

from __future__ import annotations

import ast
import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus, urlencode

import lms_leiderschap
from bench.browser import Form
from tests.hostile.doors import ROLES, Door
from tests.submission.files import docx, pdf

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=edge"
LARGE = "x" * 2**20
# Wrong in what they are made of.
LETTERS = (
    "", " ", "\0", "a\0b", "\x1b[31m", "\x7f\x85\x9f", "\r\n", "a\r\nBcc: eve@evil.test",
    "\ufeff", "\u202etxt.exe", "\u2066\u2069\u200f", "\u200d\u200c\u200b", "👩‍👩‍👧‍👦" * 50,
    "e" + "\u0301" * 2000, "\ud800", "\udfff\ud800", "\ufffe\uffff\ufdd0", "\U0010ffff",
    "ﷺ" * 3000, "İıßŉǰ", "\u2028\u2029",
    "ａｄａ＠ｎｏｏｒｄ．ｔｅｓｔ", "x" * 5000, LARGE, "é" * 2**19, "\n" * 10_000, " " * 100_000,
)
# Wrong where a number, a moment, a choice or an address is meant.
VALUES = (
    "-1", "0", "-0", "1e309", "NaN", "Infinity", "-Infinity", "9" * 400, "-" + "9" * 18, "0x10",
    "1_000", "١٢٣", "²", "1.5", "1,5", "None", "null", "true", "[]", "{}", "on",
    "0001-01-01", "9999-12-31", "31-02-2026", "29-02-2100", "2026-13-01", "10000-01-01",
    "0000-00-00", "29-03-2026", "2026-03-29T02:30", "02:30", "02.30", "24:00", "23:59:60", "25:61",
    "../../etc/passwd", "..\\..\\x", "/", "//evil.test/", "\\\\evil.test", "javascript:alert(1)",
    "http://127.0.0.1:1/", "data:text/html,x", "file:///etc/passwd", "a@b", "a@b@c", "@",
    "a@[1.1.1.1]",
    '"x y"@evil.test', "ada@noord.test, eve@evil.test", "ada@noord.test\nBcc: eve@evil.test",
    "x" * 64 + "@" + "y." * 120 + "nl", "ada@xn--a.test", "ada@é.test",
)
# Wrong for who puts a text into a page, a template, a formula or a query.
MARKUP = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)", "</textarea><script>", "</title><script>", "<!--", "]]>",
    "&lt;b&gt;", "&#106;avascript:alert(1)", "[x](javascript:alert(1))", "![x](https://evil.test/p.png)",
    "${7*191}", "{0.__class__}", "%(x)s", "%s%n%x", "structure:x", "$${x}", "${structure: x}",
    "<tal:block content='structure x'/>", "{{7*191}}", "<?python print(1)?>", "=1+1", "+1", "-1+1",
    "@SUM(1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "' OR 1=1 --", "__import__('os')",
    "[[x]]", '"""', "'''", "key = 1\n[x]", "\\", "\\u0000", "---\n", "http://evil.test/ onclick=x",
)
NASTY = LETTERS + VALUES + MARKUP
FILES = (
    ("verslag.pdf", pdf([["tekst"]])), ("verslag.docx", docx()), ("x.svg", b"<svg onload='a()'/>"),
    ("x.html", b"<script>a()</script>"), ("../../x.pdf", pdf([["x"]])),
    ("x.pdf\0.exe", b"%PDF-1.4"), ("", b"x"), ("a\r\nX: y.pdf", b"x"), ("\u202efdp.exe", b"MZ"),
    ("n" * 5000 + ".pdf", b"%PDF-"),
    ("CON", b""), (".", b"x"), ("..", b"x"), ("x.zip", b"PK\x03\x04" + b"\0" * 40),
    ("x.zip", b"PK\x05\x06" + b"\0" * 18),
    ("x.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\x7f" * 13),
)  # fmt: skip
PAIRS = list[tuple[str, str]]


class Attack(NamedTuple):
    """One request; `environ` overrules what the server would say of it."""

    what: str
    who: str
    path: str
    method: str
    body: bytes
    kind: str
    environ: dict[str, str]


def asked_names() -> list[str]:
    """Every parameter that some page reads from its query, found in the code."""
    found = {"next", "person", "role"}
    for path in Path(lms_leiderschap.__file__).parent.rglob("views/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".GET.get"):
                found |= {arg.value for arg in node.args if isinstance(arg, ast.Constant)}
    return sorted(found - {""})


class Attacker:
    """Draws requests at doors. `choice` is of one seed."""

    def __init__(self, doors: list[Door], seed: int) -> None:
        self.chance = random.Random(seed)
        self.doors, self.names = doors, asked_names()
        self.forms = [door for door in doors if door.form]
        # Most at what was drawn: a form that was not drawn is refused before anything is read.
        self.drawn = [door for door in self.forms if door.form and door.form.buttons]
        self.with_files = [door for door in self.forms if door.form and door.form.files]
        self.pages = [door for door in doors if not door.form]
        self.ways: tuple[Callable[[], Attack], ...] = (
            self.one_field, self.one_field, self.every_field, self.shape, self.files, self.query,
            self.query, self.path, self.raw_body, self.headers, self.other_kind, self.other_method,
        )  # fmt: skip

    def attacks(self, number: int) -> Iterator[Attack]:
        """Each door once in the plainest way, then any door in any way."""
        for door in self.forms[:number]:
            yield self._sent("one field", door, self._with_nasty(door))
        for _turn in range(max(0, number - len(self.forms))):
            yield self.chance.choice(self.ways)()

    def nasty(self) -> str:
        """The large ones less often: they only cost time."""
        value = self.chance.choice(NASTY)
        return value if len(value) < 10_000 or self.chance.random() < 0.1 else value[:300]

    def _form(self) -> tuple[Door, Form, PAIRS]:
        door = self.chance.choice(self.drawn if self.chance.random() < 0.9 else self.forms)
        assert door.form
        return door, door.form, self._pairs(door.form)

    def _pairs(self, form: Form) -> PAIRS:
        """What stands in the form, perhaps with a tick, and a button."""
        ticks = [pair for pair in form.ticks if self.chance.random() < 0.3]
        button = [(self.chance.choice(form.buttons), "")] if form.buttons else []
        return [*form.fields, *ticks, *button]

    def _typed(self, pairs: PAIRS) -> list[int]:
        """Places of what is typed or chosen, not of the marks around it."""
        marks = ("csrf_token", "__start__", "__end__")
        return [at for at, (name, _value) in enumerate(pairs) if name not in marks]

    def _with_nasty(self, door: Door) -> PAIRS:
        assert door.form
        pairs = self._pairs(door.form)
        if places := self._typed(pairs):
            at = self.chance.choice(places)
            pairs[at] = (pairs[at][0], self.nasty())
        return pairs

    def _sent(self, what: str, door: Door, pairs: PAIRS) -> Attack:
        if self.chance.random() < 0.5:
            return self._post(what, door, encoded(pairs), URLENCODED)
        return self._post(what, door, multipart(pairs), MULTIPART)

    def _post(self, what: str, door: Door, body: bytes, kind: str, **environ: str) -> Attack:
        return Attack(what, door.who, door.path, "POST", body, kind, environ)

    def one_field(self) -> Attack:
        door, _form, _pairs = self._form()
        return self._sent("one field", door, self._with_nasty(door))

    def every_field(self) -> Attack:
        door, _form, pairs = self._form()
        value = self.nasty()
        for at in self._typed(pairs):
            pairs[at] = (pairs[at][0], value)
        return self._sent("every field", door, pairs)

    def shape(self) -> Attack:
        """Fields doubled, left out, in another order, nested without end or beginning."""
        door, _form, pairs = self._form()
        places = range(1, len(pairs) + 1)
        mark = self.chance.choice(("__start__", "__end__"))
        kind = self.chance.choice(
            ("x:mapping", "x:sequence", "x:rename", "x:ignore", "x", ":", "x:y"))
        change = self.chance.randrange(7)
        if change == 0:
            pairs.insert(self.chance.choice(places), (mark, kind))
        elif change == 1:
            pairs = [pair for pair in pairs
                     if pair[0] == "csrf_token" or self.chance.random() < 0.6]
        elif change == 2:
            pairs = [pair for pair in pairs for _turn in range(self.chance.choice((1, 2)))]
        elif change == 3:
            pairs = pairs[:1] + self.chance.sample(pairs[1:], len(pairs) - 1)
        elif change == 4:
            pairs += [("__start__", kind)] * self.chance.choice((50, 3000))
        elif change == 5:
            pairs += [(self.nasty()[:300], "x")] * self.chance.choice((1, 20, 6000))
        else:
            pairs = [(name, kind if name == mark else value) for name, value in pairs]
        return self._sent("shape", door, pairs)

    def files(self) -> Attack:
        """Files where they are asked, texts where files are asked, files where texts are asked."""
        door = self.chance.choice(self.with_files or self.forms)
        form, name_and_content = door.form, self.chance.choice(FILES)
        assert form
        pairs, sent = self._pairs(form), [(name, *name_and_content) for name in form.files]
        if self.chance.random() < 0.3 and pairs:
            sent.append((self.chance.choice(pairs)[0], *name_and_content))
        if self.chance.random() < 0.2:
            pairs, sent = [*pairs, *((name, self.nasty()) for name in form.files)], []
        return self._post("files", door, multipart(pairs, sent), MULTIPART)

    def query(self) -> Attack:
        """Any page asked for anything, also twice and with what it asked before."""
        door = self.chance.choice(self.doors)
        where, _mark, query = door.path.partition("?")
        names = [pair.partition("=")[0] for pair in query.split("&") if pair]
        asked = [(self.chance.choice(names or self.names), self.nasty()),
                 (self.chance.choice(self.names), self.nasty())]  # fmt: skip
        spelled = "&".join(f"{name}={quoted(value[:2000])}" for name, value in asked)
        raw = self.chance.choice(
            (spelled, f"{query}&{spelled}", "%", "%ff%fe=%c3", "&&=&", "a=%00"))
        return Attack("query", door.who, f"{where}?{raw}", "GET", b"", "", {})

    def path(self) -> Attack:
        door = self.chance.choice(self.doors)
        where = door.path.partition("?")[0]
        steps = where.split("/")
        at = self.chance.randrange(len(steps))
        raw = self.chance.choice(("%ff", "%00", "..", ".", "%2e%2e", "@@", "__class__", "%u0000",
                                  quoted(self.nasty()[:200])))  # fmt: skip
        steps[at:at + self.chance.randrange(2)] = [raw]
        path = "/" + "/".join(steps).lstrip("/")
        return Attack("path", door.who, path, self.chance.choice(("GET", "POST")), b"", "", {})

    def raw_body(self) -> Attack:
        """A body that is cut off, or is not what its type says."""
        door, _form, pairs = self._form()
        file = ("f", "f.pdf", b"x" * 50)
        whole, kind = self.chance.choice(
            ((encoded(pairs), URLENCODED), (multipart(pairs, [file]), MULTIPART)))
        cut, place = bytearray(whole), self.chance.randrange(max(1, len(whole)))
        change = self.chance.randrange(4)
        if change == 0:
            del cut[place:]
        elif change == 1:
            cut[place:place] = bytes(self.chance.randrange(256) for _turn in range(5))
        elif change == 2:
            del cut[place:place + 40]
        else:
            kind = self.chance.choice(
                (URLENCODED, MULTIPART, "text/plain", "", "multipart/mixed"))
        return self._post("raw body", door, bytes(cut), kind)

    def headers(self) -> Attack:
        door, _form, pairs = self._form()
        value = self.nasty()[:4000].encode("utf-8", "surrogatepass").decode("latin-1")
        name = self.chance.choice((
            "HTTP_COOKIE", "HTTP_HOST", "HTTP_ORIGIN", "HTTP_REFERER", "HTTP_ACCEPT_LANGUAGE",
            "HTTP_USER_AGENT", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_RANGE",
            "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_NONE_MATCH", "HTTP_ACCEPT", "HTTP_X_CSRF_TOKEN",
            "HTTP_X_REQUEST_ID", "HTTP_AUTHORIZATION", "HTTP_IF_RANGE", "HTTP_ACCEPT_ENCODING",
            "CONTENT_TYPE", "CONTENT_LENGTH", "REMOTE_ADDR",
        ))  # fmt: skip
        if name == "HTTP_COOKIE":
            value = self.chance.choice((f"lms={value}", f"lms-csrf={value}", value, "lms=a; lms=b"))
        elif name == "HTTP_RANGE":
            value = self.chance.choice((value, "bytes=-1", "bytes=9-1", "bytes=0-0,5-9", "x=1"))
        elif name == "CONTENT_LENGTH":
            value = self.chance.choice(("-1", "1", "x", "", "9" * 20, "0x1"))
        if self.chance.random() < 0.5:
            return Attack("headers", door.who, door.path, "GET", b"", "", {name: value})
        return self._post("headers", door, encoded(pairs), URLENCODED, **{name: value})

    def other_kind(self) -> Attack:
        """JSON, XML and other letters where a form is expected."""
        door, _form, pairs = self._form()
        text = "&".join(f"{name}={value}" for name, value in pairs)
        body, kind = self.chance.choice((
            (json.dumps(dict(pairs)).encode(), "application/json"),
            (b'<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>', "text/xml"),
            (text.encode("utf-16", "replace"), URLENCODED),
            (text.encode("latin-1", "replace"), URLENCODED),
            (text.encode("utf-8", "replace"), f"{URLENCODED}; charset=utf-7"),
            (text.encode("utf-8", "replace"), f"{URLENCODED}; charset=x" + "y" * 300),
            (multipart(pairs), "multipart/form-data"), (multipart(pairs), f"{MULTIPART}\xff"),
            (b"--edge--\r\n", MULTIPART), (b"", MULTIPART), (b"\xff" * 5000, URLENCODED),
        ))  # fmt: skip
        return self._post("other kind", door, body, kind)

    def other_method(self) -> Attack:
        door, _form, pairs = self._form()
        method = self.chance.choice(
            ("HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "BREW", "x"))
        return Attack("other method", self.chance.choice(ROLES), door.path, method, encoded(pairs),
                      URLENCODED, {})  # fmt: skip


def quoted(value: str) -> str:
    return quote(value, safe="", errors="surrogatepass")


def encoded(pairs: PAIRS) -> bytes:
    return urlencode(pairs, errors="surrogatepass", quote_via=quote_plus).encode()


def multipart(pairs: PAIRS, files: Sequence[tuple[str, str, bytes]] = ()) -> bytes:
    def head(name: str, more: str = "") -> bytes:
        line = f'--edge\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
        return line.encode("utf-8", "surrogatepass")

    texts = (head(name) + value.encode("utf-8", "surrogatepass") for name, value in pairs)
    sent = (head(name, f'; filename="{called}"') + content for name, called, content in files)
    return b"\r\n".join([*texts, *sent, b"--edge--\r\n"])


def told(attack: Attack) -> dict[str, Any]:
    """An attack in a few words, to be read in the report of a test."""
    asked = f"{attack.method} {attack.path}"[:200]
    return {"what": attack.what, "who": attack.who, "asked": asked, "kind": attack.kind[:60],
            "body": attack.body[:400], "environ": attack.environ}  # fmt: skip
