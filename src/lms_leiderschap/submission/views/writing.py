"""Writing a report and handing it in: one page, three blocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import colander
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from lms_leiderschap.errors import Refusal
from lms_leiderschap.permissions import Permission
from lms_leiderschap.submission.actions import (
    check_open,
    has_moved,
    made_by_form,
    save_part,
    submit,
)
from lms_leiderschap.submission.blocks import reading_minutes, text_from_blocks
from lms_leiderschap.submission.completeness import Completeness, check
from lms_leiderschap.submission.model import Answer, Submission, Work
from lms_leiderschap.submission.products import goals_of
from lms_leiderschap.submission.receipt import sent_fingerprint
from lms_leiderschap.submission.schema import (
    answer_of,
    blocks_of,
    values_of,
    writing_schema,
)
from lms_leiderschap.submission.spec import PartSpec
from lms_leiderschap.submission.views.chosen import ChosenFiles
from lms_leiderschap.submission.views.leftover import kept_leftovers, sent_leftovers
from lms_leiderschap.submission.views.parts import DrawnParts
from lms_leiderschap.submission.views.words import due_of, teacher_of
from lms_leiderschap.texts import _
from lms_leiderschap.web.cleaning import posted_controls
from lms_leiderschap.web.form import Button, FormPage, form_page

UNCONFIRMED = _(
    "Parts of your report are still missing. Add them, or confirm that you hand in without them."
)
MOVED = _(
    "This assignment was changed while you were writing. Everything you wrote stands below; look "
    "at it, and save or hand in again."
)
ANSWERS = dict[str, tuple[Answer, int]]


@form_page(context=Work, name="submit", permission=Permission.WRITE_WORK,
           renderer="lms_leiderschap.templates:submission/submit.pt")  # fmt: skip
class WritingPage(FormPage):
    """The draft of a piece of work. Save keeps it; hand in freezes it as the next version.

    asked  keys of parts that were saved elsewhere since: for those the person chooses a text
    later  part key to the text that was saved elsewhere
    """

    form_id = "report"

    def __init__(self, context: Work, request: Request) -> None:
        self.teacher = teacher_of(context) if context.assignment.feedback_required else ""
        to = _("Hand in to ${name}", mapping={"name": self.teacher})
        self.buttons = (Button("save", _("Save"), "second"),
                        Button("hand_in", to if self.teacher else _("Hand in")),
                        Button("preview", _("see the preview"), "second"))  # fmt: skip
        super().__init__(context, request)
        self.title = context.assignment.title
        self.form_attributes = {"data-draft": request.resource_path(context, "draft"),
                                "data-owner": request.person.__name__}  # fmt: skip
        self.files = ChosenFiles(context, request)
        self.asked = frozenset(_asked_before(context, request))
        self.later = {key: _draft(context, key) for key in self.asked}

    def __call__(self) -> dict[str, Any] | Response:
        work = self.context
        if work.is_tick or (self.request.method != "POST" and not work.is_open):
            return HTTPSeeOther(self.request.resource_path(work))
        return super().__call__()

    def schema(self) -> colander.SchemaNode:
        return writing_schema(self.context, self.asked)

    def stored_file(self, file_id: str) -> Any | None:
        return self.files.known(file_id) or super().stored_file(file_id)

    def values(self) -> dict[str, Any]:
        work = self.context
        parts = {part.key: {"serial": str(work.serial(part.key)), **_opened(work, part)}
                 for part in work.report.parts}  # fmt: skip
        return {"parts": parts, "files": list(work.chosen),
                "generation": str(work.edition.generation)}  # fmt: skip

    def save(self, values: dict[str, Any]) -> str | Response:
        work, request = self.context, self.request
        who = {"by": request.person.__name__, "at": request.arrived}
        answers = self._chosen_answers()
        self.files.look(self.form)
        if not work.is_as_in(values["generation"]):
            self.form.cstruct = {**self.form.cstruct, "generation": str(work.edition.generation)}
            raise Refusal(MOVED)
        if self.pressed == "hand_in" and (sent := self._sent_before(answers)):
            return request.resource_path(sent, "receipt")
        check_open(work)
        self._check_unmoved(answers)
        if self.pressed == "hand_in":
            self._check_confirmed(values, answers)
        self.files.arrange(**who)
        if self.pressed == "hand_in":
            done = submit(work, answers, without=values["without"].split(), key=self.key,
                          notify=request.registry.notify, **who)  # fmt: skip
            return request.resource_path(done, "receipt")
        for key, (answer, serial) in answers.items():
            save_part(work, key, answer, serial=serial, **who)
        if self.pressed == "preview":
            return request.resource_path(work, "preview")
        return request.resource_path(work, "submit", query={"saved": "1"})

    def _sent_before(self, answers: ANSWERS) -> Submission | None:
        """The version that this same form made already, as after a double click."""
        texts = {key: answer for key, (answer, _serial) in answers.items()}
        sent = sent_fingerprint(texts, self.files.sent())
        return made_by_form(self.context, self.key, sent)

    def _typed(self) -> dict[str, Answer]:
        """What stands in the form, part by part."""
        parts = self.form.cstruct["parts"]
        return {part.key: answer_of(part, parts[part.key], _draft(self.context, part.key))
                for part in self.context.report.parts}  # fmt: skip

    def _chosen_answers(self) -> ANSWERS:
        """What is to be kept, with the serials this page started from."""
        parts, typed = self.form.cstruct["parts"], self._typed()
        return {key: (self._choice(key, parts[key], answer), _serial(parts[key]))
                for key, answer in typed.items()}  # fmt: skip

    def _choice(self, key: str, group: Mapping[str, Any], answer: Answer) -> Answer:
        keep = group.get("keep")
        if keep == "saved":
            return self.later[key]
        if keep == "merged" and "merged" in group:
            text = "" if group["merged"] is colander.null else group["merged"]
            return {**answer, "blocks": blocks_of(text, self.later[key].get("blocks", []))}
        return answer

    def _check_unmoved(self, answers: ANSWERS) -> None:
        """Raises Refusal, with both texts in the form, when a part was saved elsewhere since."""
        moved = [key for key, (answer, serial) in answers.items()
                 if has_moved(self.context, key, answer, serial)]  # fmt: skip
        if not moved:
            return
        cstruct = self.form.cstruct
        self.later |= {key: _draft(self.context, key) for key in moved}
        self.asked |= set(moved)
        groups = {key: self._with_both(key, cstruct["parts"][key]) for key in moved}
        self._make_form()
        self.form.cstruct = {**cstruct, "parts": {**cstruct["parts"], **groups}}
        raise Refusal(_("This part was changed elsewhere. Choose which text stays."),
                      f"parts.{moved[0]}")  # fmt: skip

    def _with_both(self, key: str, group: Mapping[str, Any]) -> dict[str, Any]:
        both = {**group, "serial": str(self.context.serial(key)), "keep": "page"}
        if "text" in group:
            texts = (text_from_blocks(self.later[key].get("blocks", ())), group["text"])
            both["merged"] = "\n\n".join(text for text in texts if text)
        return both

    def _check_confirmed(self, values: Mapping[str, Any], answers: ANSWERS) -> None:
        """Raises Invalid when names may still be in it or a missing part is not confirmed."""
        done = self._done({key: answer for key, (answer, _serial) in answers.items()})
        wrong = colander.Invalid(self.form.schema)
        if not values["names"]:
            wrong["names"] = _("Look whether names are in it, and tick this.")
        if set(done.missing) - set(values["without"].split()) and self._has_something(answers):
            wrong["without"] = UNCONFIRMED
        if wrong.children:
            raise wrong

    def _has_something(self, answers: ANSWERS) -> bool:
        return bool(self.files.wanted or any(answer for answer, _serial in answers.values()))

    def _done(self, answers: dict[str, Answer]) -> Completeness:
        files = self.form.cstruct["files"]
        work = self.context
        return check(work.report, answers, files, goals=goals_of(work, answers))

    def extra(self) -> dict[str, Any]:
        work = self.context
        opened = self.request.method != "POST"
        sent = [] if opened else sent_leftovers(work, posted_controls(self.request))
        done = self._done(work.answers() if opened else self._typed())
        titles = [part.title for part in done.parts if part.key in done.missing]
        parts = DrawnParts(work, self.later, self.request.localizer.translate)
        saved = max((part.saved_at for part in work.parts.values() if part.saved_at), default=None)
        return {
            "work": work, "due": due_of(work, self.request), "teacher": self.teacher,
            "parts": parts.of(self.form, done),
            "files": self.files.drawn(self.form), "single": len(done.parts) == 1,
            "filled": done.filled, "total": done.total,
            "words": done.words, "minutes": reading_minutes(done.words),
            "missing": done.missing if done.words or self.form.cstruct["files"] else (),
            "titles": ", ".join(titles), "many": len(titles) > 3,
            "confirmed": set(done.missing) <= set(_words(self.form.cstruct["without"])),
            "unconfirmed": self.form["without"].error,
            "saved": _said(saved, self.request) if saved else "",
            "left": [*kept_leftovers(work), *sent],
            "kept": opened and "saved" in self.request.GET,
        }  # fmt: skip


def _asked_before(work: Work, request: Request) -> set[str]:
    """Keys of the parts of which the posted form asked which text stays."""
    names = request.POST if request.method == "POST" else ()
    return {part.key for part in work.report.parts if f"parts.{part.key}.keep" in names}


def _draft(work: Work, key: str) -> Answer:
    return work.parts[key].value if key in work.parts else {}


def _opened(work: Work, part: PartSpec) -> dict[str, Any]:
    """What a part shows when the page is opened; changes begin with the goals they are about."""
    answer = _draft(work, part.key)
    if part.kind == "changes" and not answer:
        answer = {"entries": [{"goal": goal} for goal in goals_of(work, work.answers())]}
    return values_of(part, answer)


def _serial(group: Mapping[str, Any]) -> int:
    text = group["serial"]
    return int(text) if text is not colander.null and text.isdecimal() else 0


def _words(value: Any) -> list[str]:
    return [] if value is colander.null else value.split()


def _said(moment: datetime, request: Request) -> str:
    """When a draft was saved: the hour today, with its day before."""
    fmt = request.fmt
    today = fmt.date(moment) == fmt.date(request.arrived)
    return str(fmt.time(moment) if today else fmt.moment(moment))
