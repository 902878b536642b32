"""The autosave: one part of a draft per request.

The script sends `part`, `serial` and then the fields of that part in the order of the page. The
answer is 200 with `serial`, `saved_at` (as people read it), `state` and `summary`; 409 with the
`serial` and the `text` that stand there when the part was saved elsewhere; 422 with a `message`,
also for what the whole form refuses, such as a text that is too long.
"""

from __future__ import annotations

from typing import Any

import colander
import peppercorn
from pyramid.httpexceptions import HTTPBadRequest
from pyramid.request import Request
from pyramid.view import view_config

from lms_leiderschap.errors import DraftMoved, Refusal
from lms_leiderschap.permissions import Permission
from lms_leiderschap.submission.actions import save_part
from lms_leiderschap.submission.completeness import part_state
from lms_leiderschap.submission.model import Answer, Work
from lms_leiderschap.submission.products import goals_of
from lms_leiderschap.submission.schema import answer_of, part_schema
from lms_leiderschap.submission.spec import PartSpec
from lms_leiderschap.submission.views.leftover import plain
from lms_leiderschap.submission.wording import summary_of
from lms_leiderschap.web.cleaning import posted_controls
from lms_leiderschap.web.patterns import new_form
from lms_leiderschap.web.sequences import without_blank_rows

LONGEST_SERIAL = 15


@view_config(context=Work, name="draft", permission=Permission.WRITE_WORK, renderer="json",
             request_method="POST")  # fmt: skip
def save_draft(work: Work, request: Request) -> dict[str, Any]:
    """Keep one part; nothing but its own small object is written."""
    controls = posted_controls(request)
    named = dict(controls[:2])
    key, serial = named.get("part", ""), named.get("serial", "")
    if not (serial.isdecimal() and len(serial) <= LONGEST_SERIAL):
        raise HTTPBadRequest
    try:
        part = _part_of(work, key)
        draft = work.parts[key].value if key in work.parts else {}
        answer = _typed(work, part, controls[2:], draft) if part else {}
        kept = save_part(work, key, answer, serial=int(serial), by=request.person.__name__,
                         at=request.arrived)  # fmt: skip
    except DraftMoved as moved:
        request.response.status_int = 409
        return {"serial": moved.serial, "text": plain(moved.value)}
    except Refusal as refusal:
        return _refused(refusal.message, request)
    except colander.Invalid as invalid:
        return _refused(_sentence(invalid), request)
    return {"serial": kept.serial, "saved_at": request.fmt.time(request.arrived),
            **_standing(work, part, answer, request)}  # fmt: skip


def _refused(message: str, request: Request) -> dict[str, Any]:
    request.response.status_int = 422
    return {"message": request.localizer.translate(message)}


def _sentence(invalid: colander.Invalid) -> str:
    """The first thing that is wrong."""
    while invalid.children:
        invalid = invalid.children[0]
    message: str = invalid.messages()[0]
    return message


def _part_of(work: Work, key: str) -> PartSpec | None:
    """None for an unknown part: the action refuses that with a sentence."""
    return next((part for part in work.report.parts if part.key == key), None)


def _typed(work: Work, part: PartSpec, controls: list[tuple[str, str]], draft: Answer) -> Answer:
    form = new_form(part_schema(work, part))
    try:
        cstruct = without_blank_rows(form, form.deserialize(peppercorn.parse(controls)))
    except (ValueError, TypeError, AttributeError, LookupError) as broken:
        raise HTTPBadRequest from broken  # not the shape of the part that was drawn
    form.schema.deserialize(cstruct)  # raises Invalid for what the whole form refuses
    return answer_of(part, cstruct[part.key], draft)


def _standing(work: Work, part: PartSpec | None, answer: Answer, request: Request) -> Any:
    if part is None:
        return {}
    goals = goals_of(work, work.answers()) if part.kind == "changes" else ()
    state = part_state(part, answer, work.report, bool(work.chosen), goals)
    summary = request.localizer.translate(summary_of(part, state))
    return {"state": state.state, "summary": summary}
