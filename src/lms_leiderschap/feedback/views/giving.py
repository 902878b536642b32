"""A version as its teacher opens it: the report, the remarks, and the form for feedback.

Opening writes nothing; the first thing that is saved begins the feedback.
"""

from __future__ import annotations

from typing import Any

from pyramid.csrf import get_csrf_token
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config, view_defaults

from lms_leiderschap.errors import DraftMoved, Refusal
from lms_leiderschap.feedback.actions import keep_feedback, make_ready
from lms_leiderschap.feedback.model import Feedback, feedback_by, held_by_other, released
from lms_leiderschap.feedback.queue import key_of, next_waiting, who
from lms_leiderschap.feedback.schema import Written, read
from lms_leiderschap.feedback.titles import DECISION_TITLES
from lms_leiderschap.feedback.views.assessment import Assessment, note_parts, rubric_for
from lms_leiderschap.feedback.views.phrases import Phrases
from lms_leiderschap.feedback.views.queue import editions_of
from lms_leiderschap.feedback.views.reading import Reading
from lms_leiderschap.feedback.views.verdict import verdict_of
from lms_leiderschap.permissions import Permission
from lms_leiderschap.submission.model import Submission
from lms_leiderschap.texts import _
from lms_leiderschap.web.cleaning import posted_controls

PAGE = "lms_leiderschap.templates:feedback/version.pt"


@view_defaults(context=Submission, permission=Permission.GIVE_FEEDBACK)
class GivingPage:
    def __init__(self, context: Submission, request: Request) -> None:
        self.context, self.request = context, request
        self.me: str = request.person.__name__
        self.own = feedback_by(context, self.me)

    @view_config(name="", request_method="GET", renderer=PAGE)
    def open(self) -> dict[str, Any]:
        if self.context.state == "withdrawn" and self.own is None:
            raise HTTPNotFound
        return self.drawn()

    @view_config(name="", request_method="POST", renderer=PAGE)
    def send(self) -> dict[str, Any] | HTTPSeeOther:
        controls = posted_controls(self.request)
        names = dict(controls)
        written = self.read(controls)
        if piece := names.get("take"):
            written.without(piece)
        if written.problems:
            return self.refused(written, None)
        try:
            feedback = self.keep(written)
            if "ready" in names:
                make_ready(feedback, at=self.request.arrived, notify=self.request.registry.notify)
        except Refusal as refusal:
            return self.refused(written, refusal)
        return HTTPSeeOther(self.following() if "ready" in names else self.url("kept"))

    @view_config(name="draft", request_method="POST", renderer="json")
    def save_piece(self) -> dict[str, Any]:
        """Autosave: one piece per request (frontend/README.md)."""
        controls = posted_controls(self.request)
        posted = dict(controls)
        piece = posted.get("part", "")
        written = self.read([*controls, (f"serial-{piece}", posted.get("serial", "0"))])
        if written.problems or piece not in written.pieces():
            return self.answer(422, {"problems": len(written.problems)})
        try:
            feedback = self.keep(written)
        except DraftMoved as other:
            lines = Assessment(self.request, self.context, written, other).conflicts[piece]
            return self.answer(409, {"serial": other.serial, "text": "\n".join(lines)})
        except Refusal as refusal:
            words = self.request.localizer.translate(refusal.message)
            return self.answer(422, {"problems": 1, "message": words})
        return self.saved(feedback, piece)

    def read(self, controls: list[tuple[str, str]]) -> Written:
        submission, tz = self.context, self.request.institution.tz
        return read(controls, note_parts(submission), rubric_for(submission), tz)

    def keep(self, written: Written) -> Feedback:
        return keep_feedback(
            self.context,
            self.me,
            **written.arguments(),
            serial=written.serials,
            at=self.request.arrived,
        )

    def saved(self, feedback: Feedback, piece: str) -> dict[str, Any]:
        words = ""
        if piece.startswith("choice-"):
            key = piece.removeprefix("choice-")
            rows = Assessment(self.request, self.context).criteria
            words = next((row.told for row in rows if row.key == key), "")
        return {
            "serial": feedback.serials.get(piece, 0),
            "saved_at": self.request.fmt.time(self.request.arrived),
            "state": "filled" if any(feedback.piece(piece)) else "missing",
            "summary": words,
        }

    def answer(self, status: int, body: dict[str, Any]) -> dict[str, Any]:
        self.request.response.status_int = status
        return body

    def url(self, *query: str) -> str:
        asked = {"query": dict.fromkeys(query, "1")} if query else {}
        path: str = self.request.resource_path(self.context, **asked)
        return path

    def following(self) -> str:
        """The next version that waits, or the queue when there is none."""
        row = next_waiting(editions_of(self.request), self.me, key_of(self.context))
        return f"/{row['path']}/?ready=1" if row else "/queue?ready=1"

    def refused(self, written: Written, refusal: Refusal | None) -> dict[str, Any]:
        self.request.response.status_int = 422
        return self.drawn(written, refusal)

    def drawn(
        self, written: Written | None = None, refusal: Refusal | None = None
    ) -> dict[str, Any]:
        context, request = self.context, self.request
        shown = [*released(context)]
        if self.own is not None and self.own not in shown:
            shown.append(self.own)
        writable = not context.outcome
        say = Phrases(request)
        title = f"{who(context)}, {say(_('version ${number}'), number=context.number)}"
        form = Assessment(request, context, written, refusal) if writable or written else None
        wrong = form is not None and bool(form.problems)
        noted = note_parts(context)
        reading = Reading(request, context, shown, writer=self.me if writable else "")
        reading.make_room(noted)
        return {
            "title": say(_("Error: ${title}"), title=title) if wrong else title,
            "heading": title,
            "desk": True,
            "reading": reading,
            "form": form,
            "wrong": wrong,
            "noted": set(noted),
            "note_label": say(_("Feedback on this part")),
            "decisions": list(DECISION_TITLES.items()),
            "own": self.own,
            "other": self.other_name(),
            "verdicts": [verdict_of(request, each) for each in shown if not writable],
            "earlier": self.earlier(say),
            "late": self.late_by() or say(_("handed in late")) if context.late else "",
            "csrf_token": get_csrf_token(request),
            "form_key": request.new_form_key(),
            "file_url": lambda section: request.resource_path(section.file),
            "done": next((word for word in ("kept", "ready") if word in request.GET), ""),
            "say": say,
        }

    def other_name(self) -> str:
        """Given name of a colleague who has begun on this version."""
        person = self.request.institution.people.get(held_by_other(self.context, self.me))
        return person.given_name if person is not None else ""

    def earlier(self, say: Phrases) -> list[tuple[str, str]]:
        """Versions before this one that have released feedback."""
        work = self.context.work
        before = [work.versions[str(number)] for number in range(1, self.context.number)]
        return [
            (
                self.request.resource_path(each),
                say(_("Earlier feedback, version ${number}"), number=each.number),
            )
            for each in before
            if released(each)
        ]

    def late_by(self) -> str:
        until = self.context.work.deadline.until
        return self.request.fmt.late(until, self.context.at) if until else ""
