"""The form of an assignment: its text, when it is due, its parts and its rubric."""

from __future__ import annotations

from typing import Any

import colander
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request

from lms_leiderschap.addon.making.assignments import (
    OWN,
    assignment_keys,
    assignment_values,
    own_path,
    write_assignment,
)
from lms_leiderschap.addon.making.formats import level_titles
from lms_leiderschap.addon.making.modules import module_keys
from lms_leiderschap.addon.making.schema import Choice, assignment_schema
from lms_leiderschap.addon.views.making.forms import SAVE
from lms_leiderschap.addon.views.making.overview import FORM, EditPage
from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.addon import AddOn
from lms_leiderschap.permissions import Permission
from lms_leiderschap.plugin.library import read_library
from lms_leiderschap.programme.spec import DEFAULT_RUBRIC
from lms_leiderschap.submission.model import TICK_KINDS
from lms_leiderschap.texts import _
from lms_leiderschap.web.form import form_page
from lms_leiderschap.web.sequences import Change

ROWS_OF = {"report": "parts", "rubric": "criteria"}
OWN_LABELS: dict[str, Any] = {
    "report": _("Own parts, below"), "rubric": _("Own criteria, below"),
}  # fmt: skip
NOT_CHOSEN: dict[str, Any] = {
    "report": _("There are own parts below, and they are not used this way. Choose ‘${own}’, or "
                "remove the parts."),
    "rubric": _("There are own criteria below, and they are not used this way. Choose ‘${own}’, "
                "or remove the criteria."),
}  # fmt: skip
FREE = ("free", _("No fixed moment"))
MEETINGS: tuple[tuple[str, Any], ...] = (
    ("before_meeting", _("The day before the meeting: ${title}")),
    ("on_meeting", _("At the meeting: ${title}")),
)
OTHER_RULES = (
    ("end_of_semester", _("At the end of the semester")),
    ("end_of_programme", _("At the end of the programme")),
    ("agreed_in_group", _("As agreed in the group")),
)


@form_page(context=AddOn, name="edit-assignment", permission=Permission.MANAGE_ADDONS,
           renderer=FORM)  # fmt: skip
class EditAssignment(EditPage):
    """One assignment of a module."""

    buttons = SAVE

    def __init__(self, context: AddOn, request: Request) -> None:
        super().__init__(context, request)
        self.module, self.item = request.GET.get("module", ""), request.GET.get("key", "")
        known = self.module in module_keys(self.files)
        if not known or self.item not in assignment_keys(self.files, self.module):
            raise HTTPNotFound
        self.title = _("Assignment ${title}", mapping={"title": self.asked()["title"]})

    def asked(self) -> dict[str, Any]:
        return assignment_values(self.files, self.module, self.item)

    def values(self) -> dict[str, Any]:
        values = super().values()
        parts = [row | {"min_words": row["min_words"] or None} for row in values["parts"]]
        return values | {"parts": parts}

    def schema(self) -> colander.SchemaNode:
        now = self.asked()
        rubric = own_path(self.files, self.module, self.item, "rubric")
        library = read_library()
        usual = next(spec.title for spec in library.rubrics if spec.key == DEFAULT_RUBRIC)
        reports = (*library.reports, *self.plugin.reports)
        rubrics = (*library.rubrics, *self.plugin.rubrics)
        return assignment_schema(
            self._dues(now["due"]),
            self._formats("report", OWN_LABELS["report"], now["report"], reports),
            self._formats("rubric", OWN_LABELS["rubric"], now["rubric"], rubrics),
            usual,
            [title for _key, title in level_titles(self.files, rubric)],
        )

    def changed_rows(self, cstruct: dict[str, Any], change: Change) -> dict[str, Any]:
        """Whoever adds an own part or criterion means it to be used."""
        for kind, rows in ROWS_OF.items():
            if (change.verb, change.path) == ("add", rows):
                return {**cstruct, kind: OWN}
        return cstruct

    def write(self, values: dict[str, Any]) -> str:
        self.check_pictures(values, "brief")
        self._check_format(values, "report", _("Add a part, or choose another report."))
        self._check_format(values, "rubric", _("Add a criterion, or choose another rubric."))
        if values["kind"] in TICK_KINDS and not values["report"]:
            values = values | {"feedback": False}  # it is ticked off, there is nothing to read
        write_assignment(self.files, self.module, self.item, values)
        return f"{self.path}/edit?done=saved"

    def _check_format(self, values: dict[str, Any], kind: str, nothing: str) -> None:
        """What is typed is used, and what is used is typed. Raises Refusal at the field."""
        rows = values[ROWS_OF[kind]]
        if values[kind] == OWN and not rows:
            raise Refusal(nothing, ROWS_OF[kind])
        if values[kind] == "" and rows:
            own = self.request.localizer.translate(OWN_LABELS[kind])
            raise Refusal(NOT_CHOSEN[kind] % {"own": own}, kind)

    def _dues(self, now: str) -> list[Choice]:
        """Rules in words; a rule of another kind, or another module, stays as long as it is not
        replaced."""
        shelf = self.request.shelf.loaded.values()
        plugins = [self.plugin, *(other for other in shelf if other.name != self.plugin.name)]
        titles = {module.key: module.title for plugin in plugins for module in plugin.modules}
        ordered = sorted(titles, key=lambda key: key != self.module)
        meetings = [
            (f"{rule}:{key}", said % {"title": titles[key]})
            for key in ordered
            for rule, said in MEETINGS
        ]
        found = [FREE, *meetings, *OTHER_RULES]
        if now not in dict(found):
            found.append((now, _("As it stands in the file: ${rule}", mapping={"rule": now})))
        return found

    def _formats(self, kind: str, own: str, now: str, specs: Any) -> list[Choice]:
        """The own format first, then the shared ones by title."""
        path = own_path(self.files, self.module, self.item, kind)
        stem = path.rpartition("/")[2].removesuffix(".toml")
        shared = {spec.key: spec.title or spec.key for spec in specs if spec.key != stem}
        if now not in ("", OWN):
            shared.setdefault(now, now)
        return [(OWN, own), *sorted(shared.items(), key=lambda item: item[1])]

    def extra(self) -> dict[str, Any]:
        where = f"module={self.module}&key={self.item}"
        remove = (f"{self.path}/remove-assignment?{where}", _("Remove this assignment"))
        return {**super().extra(), "danger": remove, "preview": f"{self.path}/preview?{where}"}
