"""Using a plugin as people do: every page of it opened, every form filled in and handed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from lms_leiderschap.checking.browser import Browser, Form, Page
from lms_leiderschap.checking.finding import Finding
from lms_leiderschap.checking.formats import criteria_of
from lms_leiderschap.checking.site import Site
from lms_leiderschap.demo.filling import Filler
from lms_leiderschap.group.actions import form_group
from lms_leiderschap.institution.actions import SYSTEM
from lms_leiderschap.store.folder import find, path_of
from lms_leiderschap.submission.model import Work

if TYPE_CHECKING:
    from lms_leiderschap.checking.subject import Subject

STEP = "Beschrijf wat er over een half jaar te zien is."
REPAIR_PAGE = "run lms dev, open this page there and read the error in its window."


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of work that was found: its address, and what it is called."""

    path: str
    key: str
    title: str
    is_tick: bool
    gets_feedback: bool


@dataclass
class Use:
    """What using it brought to light.

    findings  about forms and what becomes of them; pages  every page that was shown
    """

    findings: list[Finding] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)


class User:
    """Plays everybody who has to do with a plugin, one after the other."""

    def __init__(self, site: Site, subject: Subject) -> None:
        self.site, self.subject, self.use = site, subject, Use()
        self.participant = site.browser("participant")
        self.teacher = site.browser("teacher")
        self.filler = Filler()

    def play(self) -> Use:
        """All of it; what goes wrong is noted and does not stop the rest."""
        self._form_group()
        for browser, path in ((self.participant, "/week"), (self.participant, "/thread"),
                              (self.teacher, "/queue")):  # fmt: skip
            self._opened(browser, path, "", "A page")
        for piece in self.site.within(self._pieces):
            if piece.is_tick:
                self._tick(piece)
            else:
                self._write(piece)
        self._run_it()
        for browser in (self.participant, self.teacher):
            self.use.pages += browser.seen
        return self.use

    # What there is to do.

    def _form_group(self) -> None:
        """The newcomer and another participant, when there is work for groups."""

        def act(institution: Any) -> None:
            edition = self.site.edition(institution)
            kinds = [edition.assignment(row["key"]).scope for row in edition.plan]
            if "group" in kinds and not len(institution.groups):
                newcomer = self.site.newcomer(institution)
                other = next(each for each in edition.enrolments.values() if each is not newcomer)
                form_group(edition, "Proefgroep", "intervision", [newcomer, other], by=SYSTEM,
                           at=datetime.now(UTC), notify=self.site.registry.notify)  # fmt: skip

        self.site.within(act)

    def _pieces(self, institution: Any) -> list[Piece]:
        enrolment = self.site.newcomer(institution)
        groups = [find(institution, tuple(path.split("/"))) for path in enrolment.groups]
        works = [work for holder in (enrolment, *groups) for work in holder.work.values()]
        own = {module.key for module in self.subject.plugin.modules} or {works[0].place}
        return [
            Piece(f"/{'/'.join(path_of(work))}", work.key, work.title, work.is_tick,
                  work.assignment.feedback_required)
            for work in works if work.place in own
        ]  # fmt: skip

    # One piece of work.

    def _tick(self, piece: Piece) -> None:
        page = self._opened(self.participant, f"{piece.path}/", piece.title, "The assignment")
        if page is not None:
            done = self.participant.post(f"{piece.path}/tick", [("note", "")], page)
            if done.status != 303:
                self._note(piece.title, f"'{piece.title}' cannot be ticked ({done.status}).")

    def _write(self, piece: Piece) -> None:
        self._opened(self.participant, f"{piece.path}/", piece.title, "The assignment")
        page = self._opened(self.participant, f"{piece.path}/submit", piece.title, "The empty form")
        form = page.form("hand_in") if page else None
        if page is None or form is None:
            return
        refused = self.participant.send(page, form, "hand_in")
        if refused.status != 422:
            self._note(piece.title, f"The empty form of '{piece.title}' is answered with "
                                    f"{refused.status} and not with what is missing.")  # fmt: skip
        for key in self.site.within(lambda institution: self._fill(institution, piece)):
            part = self._part(piece, key)
            self._note(part, f"Part '{part}' of '{piece.title}' cannot be filled.",
                       "give it the fields, options or number of entries that its kind needs.")
        self._hand_in(piece)

    def _fill(self, institution: Any, piece: Piece) -> list[str]:
        work: Work = find(institution, tuple(piece.path.strip("/").split("/")))
        return self.filler.fill(work, 0, at=datetime.now(UTC))

    def _part(self, piece: Piece, key: str) -> str:
        def look(institution: Any) -> str:
            work: Work = find(institution, tuple(piece.path.strip("/").split("/")))
            return work.report.part(key).title or key

        found: str = self.site.within(look)
        return found

    def _hand_in(self, piece: Piece) -> None:
        page = self._opened(self.participant, f"{piece.path}/submit", piece.title, "The full form")
        self._opened(self.participant, f"{piece.path}/preview", piece.title, "The preview")
        form = page.form("hand_in") if page else None
        if page is None or form is None:
            return
        form.put("names", "true")
        answer = self.participant.send(page, form, "hand_in")
        if answer.status != 303:
            self._note(piece.title, f"'{piece.title}' cannot be handed in although every part is "
                                    f"filled ({answer.status}).")  # fmt: skip
            return
        receipt = self._opened(self.participant, answer.leads_to, piece.title, "The receipt")
        number = 1 if receipt is None else self._last(piece)
        version = f"{piece.path}/versions/{number}"
        self._opened(self.participant, f"{version}/read", piece.title, "The version")
        if piece.gets_feedback:
            self._give_feedback(piece, version)

    def _last(self, piece: Piece) -> int:
        def look(institution: Any) -> int:
            work: Work = find(institution, tuple(piece.path.strip("/").split("/")))
            return len(work.versions) or 1

        found: int = self.site.within(look)
        return found

    # Its feedback.

    def _give_feedback(self, piece: Piece, version: str) -> None:
        page = self._opened(self.teacher, f"{version}/", piece.title, "The teacher's page")
        form = page.form("ready") if page else None
        if page is None or form is None:
            return
        self._choose(piece, form)
        form.put("step", STEP)
        form.put("decision", "met")
        ready = self.teacher.send(page, form, "ready")
        if ready.status != 303:
            self._note(piece.title, f"Feedback on '{piece.title}' cannot be made ready "
                                    f"({ready.status}).")  # fmt: skip
            return
        again = self.teacher.get(f"{version}/")
        release = again.form("release")
        if release is not None:
            self.teacher.send(again, release, "release")
        self._opened(self.participant, f"{version}/feedback", piece.title, "The feedback")

    def _choose(self, piece: Piece, form: Form) -> None:
        """Choose the highest level of everything the rubric asks; each level must be there."""
        for row, levels in criteria_of(self.subject.plugin, piece.key):
            offered = form.values(f"choice-{row.key}")
            for level in levels:
                if level not in offered:
                    self._note(row.title, f"The teacher cannot choose '{level}' for '{row.title}'.",
                               "give the rubric this level.")  # fmt: skip
            if offered:
                form.put(f"choice-{row.key}", offered[-1])

    # What the plugin does by itself.

    def _run_it(self) -> None:
        """Deliver the events, and look at the pages on which panels may stand."""
        for minutes in (0, 3, 9):
            self.site.run_jobs(timedelta(minutes=minutes))
        for part, paths in self._places().items():
            browser = self.site.browser(part)
            for path in paths:
                self._opened(browser, path, "", "A page")
            self.use.pages += browser.seen
        self._open_own()
        self._opened(self.participant, "/week", "", "A page")

    def _open_own(self) -> None:
        """The pages of a deep plugin, by whoever may see them."""
        for path in self.site.own_paths():
            found = [browser.get(path).status for browser in (self.participant, self.teacher)]
            if any(status >= 500 for status in found):
                self._note("", f"A page of its own ({path}) is answered with {max(found)}.")

    def _places(self) -> dict[str, list[str]]:
        name, plugin = self.subject.plugin.name, self.subject.plugin
        edition = self.site.within(lambda institution: "/" + "/".join(
            path_of(self.site.edition(institution))))  # fmt: skip
        own = [f"/addons/{name}", f"/addons/{name}/switch-on"]
        return {
            "office": ["/editions", f"{edition}/modules"],
            "admin": ["/addons", *own, *([f"/addons/{name}/settings"] if plugin.settings else [])],
        }

    def _opened(self, browser: Browser, path: str, title: str, what: str) -> Page | None:
        page = browser.get(path)
        if page.status in (301, 302, 303):
            page = browser.get(page.leads_to)
        if page.status == 200:
            return page
        named = f" of '{title}'" if title else ""
        self._note(title, f"{what}{named} ({path}) is answered with {page.status}.", REPAIR_PAGE)
        return None

    def _note(self, text: str, what: str, repair: str = REPAIR_PAGE) -> None:
        place = self.subject.place(text) if text else self.subject.head
        self.use.findings.append(Finding(what, repair, *place))
