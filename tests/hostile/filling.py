"""Nasty texts kept wherever something is kept: through every form, and in a folder of definitions.

Each payload is live the moment one page, template or mail forgets what it is: a tag `xss`, a
handler, a `javascript:` address, or the number 1337 where an expression was evaluated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import tomli_w
from webtest import Field, Upload
from webtest.forms import Checkbox, Email, File, Radio, Select, Submit, Text, Textarea

from tests.addon.zips import zipped
from tests.hostile.doors import Site
from tests.submission.files import pdf

PAYLOADS = (
    "\"'><xss onclick=xss()>${7*191}{0.__class__}%(x)s",
    "</textarea></title><script>xss()</script><img src=x onerror=xss()>",
    "[x](javascript:xss()) ![x](https://evil.test/p.png) <!--<svg/onload=xss()>",
)
# What a field may ask for when it refuses a text, in the order in which it is tried.
INSTEAD = ("12", "2030-11-27", "09.30", "1.2.3", "naar-elkaar", "eve{0}@evil.test")
# What takes away what others kept, or ends what goes on.
LEFT_ALONE = {
    "remove", "destroy", "switch-off", "drop-draft", "sign-out", "end-sessions", "change-password",
    "pause", "withdraw", "remove-module", "remove-assignment", "remove-image", "remove-remark",
    "take-role", "take-teacher", "undo", "end-session", "access",
    "sign-in", "sign-in-link", "forgot-password", "untick",
}  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0"


def folder(text: str) -> bytes:
    """A folder plugin in which every free text is this one."""
    module = {
        "schema": "module/1",
        "module": {"key": "naar", "title": text, "alias_titles": [text], "insights": [text],
                   "learning_goals": [{"key": "doel", "text": text}],
                   "instruments": ["tool"],
                   "work_form": {"before": text, "on": text, "after": text}},
        "literature": [{"key": "boek", "title": text, "authors": text}],
        "instruments": [{"key": "tool", "title": text, "content": "by_institution"}],
        "assignments": [{"key": "punt", "title": text, "brief": text, "report": "naar-verslag",
                         "rubric": "naar-rubric"}],
    }  # fmt: skip
    report = {"schema": "report/1", "report": {"key": "naar-verslag", "title": text},
              "parts": [{"key": "findings", "title": text, "guidance": text}]}  # fmt: skip
    levels = ["low", "high"]
    rubric = {"schema": "rubric/1",
              "rubric": {"key": "naar-rubric", "title": text,
                         "levels": [{"key": key, "title": text} for key in levels]},
              "criteria": [{"key": "een", "title": text, "hint": text, "parts": ["findings"],
                            "levels": dict.fromkeys(levels, text)}]}  # fmt: skip
    head = {"schema": "plugin/1", "name": "naar", "version": "1.0.0", "title": text,
            "author": text, "licence": text, "changes": {"1.0.0": text}}  # fmt: skip
    files = {"plugin.toml": head, "modules/naar.toml": module,
             "reports/naar-verslag.toml": report, "rubrics/naar-rubric.toml": rubric}  # fmt: skip
    return zipped({path: tomli_w.dumps(data).encode() for path, data in files.items()})


class Filler:
    """Fills in and sends every form that a role sees; `accepted` and `refused` count them."""

    def __init__(self, site: Site, browsers: dict[str, Any]) -> None:
        self.site, self.browsers = site, browsers
        self.accepted, self.refused = Counter[str](), Counter[str]()

    def fill_all(self, payload: str) -> None:
        """Each form once per role, with this text in each of its fields."""
        for who, browser in self.browsers.items():
            known = set()
            for path in self._pages(who):
                page = browser.get(path, expect_errors=True)
                if page.status_int != 200 or page.content_type != "text/html":
                    continue
                for number in (key for key in page.forms if isinstance(key, int)):
                    form = page.forms[number]
                    name = _name(form.action or path)
                    mark = name, tuple(sorted(map(str, form.fields)))
                    posts = form.method.upper() == "POST" and name not in LEFT_ALONE
                    if posts and mark not in known:
                        known.add(mark)
                        self._send(browser, path, number, payload)

    def _pages(self, who: str) -> list[str]:
        return [door.path for door in self.site.doors_of(who) if door.form is None]

    def _send(self, browser: Any, path: str, number: int, payload: str) -> None:
        """Send it; what is refused is tried once more with what each field may have asked for."""
        wrong: dict[str, int] = {}
        for _turn in range(len(INSTEAD) + 1):
            form = browser.get(path).forms[number]
            name = _name(form.action or path)
            sent = self.accepted.total()
            fill(form, payload, {key: INSTEAD[at - 1].format(sent) for key, at in wrong.items()})
            answer = form.submit(_button(form), expect_errors=True)
            if answer.status_int in (200, 303):
                self.accepted[name] += 1
                return
            again = [field["name"] for field in answer.html.select("[aria-invalid=true][name]")]
            if answer.status_int != 422 or not again:
                break
            wrong |= {field: min(wrong.get(field, 0) + 1, len(INSTEAD)) for field in again}
        self.refused[name] += 1


def _name(address: str) -> str:
    return address.partition("?")[0].rpartition("/")[2]


def _button(form: Any) -> str | None:
    """The first button that sends, and adds no row."""
    names = [name for name, fields in form.fields.items() if isinstance(fields[0], Submit)]
    return next((name for name in names if name and ":" not in name), None)


def fill(form: Any, payload: str, instead: dict[str, str]) -> None:
    """This text in every field that is typed in, every tick set, the last of every choice."""
    for field in fields_of(form):
        if isinstance(field, Checkbox):
            field.checked = True
        elif isinstance(field, Radio | Select):
            field.value = [option[0] for option in field.options][-1]
        elif isinstance(field, File):
            name = payload.replace('"', "")  # WebTest would end the name there
            image = "png" in field.attrs.get("accept", "") and "pdf" not in field.attrs["accept"]
            kind, content = ("png", PNG) if image else ("pdf", pdf([["tekst"]]))
            sent = Upload(f"{name}.{kind}", content)
            field.value = [sent] if "multiple" in field.attrs else sent
        elif type(field) in (Text, Textarea, Email, Field):  # no hidden ones; Field is a date
            field.value = instead.get(field.name, payload)


def fields_of(form: Any) -> Iterator[Field]:
    return (field for name, fields in form.fields.items() if name for field in fields)
