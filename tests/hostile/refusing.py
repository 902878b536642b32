"""Every form, filled in from top to bottom with one field wrong: what comes back of it.

Nothing is listed by hand. What a field takes is asked of the page: a kind of field has a value that
suits it, and what the answer marks as wrong gets the next one, until the one field that was meant
to be wrong is the only one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from webtest import Field, Upload
from webtest.forms import Checkbox, File, Hidden, Radio, Select, Submit

from lms_leiderschap.web.cleaning import clean_text
from tests.hostile.doors import Site
from tests.hostile.filling import INSTEAD, PNG, fields_of
from tests.hostile.filling import _name as name_of
from tests.submission.files import pdf

SUITS = {"date": "2030-11-27", "time": "09:30", "email": "eve{0}@evil.test"}
WRONG = ("geen van dit alles", "", "te lang " * 15_000)  # the last is longer than any text may be
BAD = "geen.pdf"
NEVER = {"password"}  # is never drawn again with what was typed


class Refused(NamedTuple):
    """A form that came back.

    form    name of its address
    wrong   name of the field that was meant to be wrong
    lost    pairs of other fields, and names of files, that did not come back
    there   how many did
    told    whether the reason stands at that field
    """

    form: str
    wrong: str
    lost: list[str]
    there: int
    told: bool


class Refuser:
    """Sends every form that a role sees, one field wrong at a time.

    came_back  what was refused
    never      fields of which every value was taken: what no page offers says nothing there
    elsewhere  answers that are neither a success nor the form: form, field, status
    """

    def __init__(self, site: Site, browsers: dict[str, Any]) -> None:
        self.site, self.browsers = site, browsers
        self.came_back: list[Refused] = []
        self.never: set[tuple[str, str]] = set()
        self.elsewhere: list[tuple[str, str, int]] = []
        self.forms: set[tuple[str, tuple[str, ...]]] = set()

    def refuse_all(self, who: str) -> None:
        browser = self.browsers[who]
        for path in [door.path for door in self.site.doors_of(who) if door.form is None]:
            page = browser.get(path, expect_errors=True)
            if page.status_int != 200 or page.content_type != "text/html":
                continue
            for number in (key for key in page.forms if isinstance(key, int)):
                form = page.forms[number]
                names = tuple(dict.fromkeys(field.name for field in typed(form)))
                mark = name_of(form.action or path), names
                if form.method.upper() == "POST" and names and mark not in self.forms:
                    self.forms.add(mark)
                    for wrong in names:
                        self._refuse(browser, path, number, wrong)

    def _refuse(self, browser: Any, path: str, number: int, wrong: str) -> None:
        """Try what may be wrong in this field, until the answer says that it is."""
        came: list[Refused] = []
        for value in WRONG:
            came += self._sent(browser, path, number, wrong, value)
            if came and came[-1].told:
                break
        self.came_back += came
        if not came:
            self.never.add((name_of(browser.get(path).forms[number].action or path), wrong))

    def _sent(self, browser: Any, path: str, number: int, wrong: str,
              value: str) -> Iterator[Refused]:  # fmt: skip
        """What comes back, while the values of the other fields become right."""
        tries = Counter[str]()
        for _turn in range(len(INSTEAD) + 1):
            form = browser.get(path).forms[number]
            fill_in(form, {key: INSTEAD[at - 1] for key, at in tries.items()})
            spoil(form, wrong, value)
            answer = form.submit(main_button(form), expect_errors=True)
            if answer.status_int in (200, 303):
                self.site.put_back()
                return
            name, again = name_of(form.action or path), _same(answer, form)
            if again is None:
                self.elsewhere.append((name, wrong, answer.status_int))
                return
            marked = _marked(answer)
            there, lost = _compared(form, again, wrong)
            yield Refused(name, wrong, lost, there, wrong in marked)
            tries.update(key for key in marked - {wrong} if tries[key] < len(INSTEAD))
            if wrong in marked or not marked:
                return


def main_button(form: Any) -> str | None:
    """The one main action of a page; the first button where there is none such."""
    found = [field for _name, (field, *_more) in form.fields.items()
             if isinstance(field, Submit) and field.name and ":" not in field.name]  # fmt: skip
    main = [field for field in found
            if "button" in (kinds := field.attrs.get("class", ())) and "second" not in kinds]
    return next((field.name for field in main + found), None)


def typed(form: Any) -> Iterator[Field]:
    """The fields that a person fills in."""
    return (field for field in fields_of(form) if not isinstance(field, Hidden | Submit))


def fill_in(form: Any, instead: dict[str, str]) -> None:
    """Each field with a value that suits its kind, and a text of its own where it takes any."""
    for number, field in enumerate(typed(form)):
        if isinstance(field, Checkbox):
            field.checked = True
        elif isinstance(field, Radio | Select):
            field.value = [option[0] for option in field.options][-1]
        elif isinstance(field, File):
            field.value = _chosen(field, [_upload(field, f"bijlage {number}")])
        else:
            text = instead.get(field.name, f"Regel {number} van wat is getypt.")
            field.value = SUITS.get(field.attrs.get("type", ""), text).format(number)


def spoil(form: Any, wrong: str, value: str) -> None:
    """Have all fields of this name hold something that they may not."""
    for number, field in enumerate(typed(form)):
        if field.name != wrong:
            continue
        if isinstance(field, Checkbox):
            field.checked = False
        elif isinstance(field, Radio | Select):
            field.force_value(value)
        elif isinstance(field, File):
            bad = Upload(BAD, value.encode() or b"niets")
            field.value = _chosen(field, [_upload(field, f"bijlage {number}"), bad])
        else:
            field.value = value


def _chosen(field: File, files: list[Upload]) -> Any:
    return files if "multiple" in field.attrs else files[-1]


def _upload(field: File, name: str) -> Upload:
    accept = field.attrs.get("accept", "")
    image = "png" in accept and "pdf" not in accept
    return Upload(f"{name}.png", PNG) if image else Upload(f"{name}.pdf", pdf([["tekst"]]))


def _same(answer: Any, sent: Any) -> Any:
    """The form on this page that asks for the same; None when there is none."""
    names = {field.name for field in typed(sent)}
    if answer.content_type != "text/html":
        return None
    forms = [form for key, form in answer.forms.items() if isinstance(key, int)]
    return max(forms, key=lambda form: len(names & {*form.fields}), default=None)


def _marked(answer: Any) -> set[str]:
    """Names of the controls that the page says are wrong, with a sentence at each."""
    found = set()
    for said in answer.html.select(".error[id]"):
        own = said["id"].removesuffix("-error")
        at = answer.html.find(id=own) or said.find_parent("fieldset")
        names = [at, *at.select("[name]")] if at is not None else []
        found |= {tag["name"] for tag in names if tag.has_attr("name")}
    return found


def _compared(sent: Any, again: Any, wrong: str) -> tuple[int, list[str]]:
    """How much of what was filled in beside the wrong field came back, and what did not."""
    typed_in = Counter(pair for pair in _pairs(sent) if pair[0] != wrong)
    missing = [f"{name}={value[:40]}" for name, value in typed_in - Counter(_pairs(again))]
    files = [upload.filename for field in typed(sent) if isinstance(field, File)
             for upload in (field.value if isinstance(field.value, list) else [field.value])
             if isinstance(upload, Upload) and upload.filename != BAD]  # fmt: skip
    missing += [name for name in files if name not in again.text]
    return typed_in.total() + len(files) - len(missing), missing


def _pairs(form: Any) -> Iterator[tuple[str, str]]:
    """What the form would send of what a person filled in."""
    kept = {field.name for field in typed(form) if not isinstance(field, File)
            and field.attrs.get("type") not in NEVER}  # fmt: skip
    for name, value in form.submit_fields():
        if name in kept and isinstance(value, str) and value:
            yield name, clean_text(value).strip()
