"""Switching an add-on on and off, pausing it, its settings: each a page that says what it does."""

from __future__ import annotations

from typing import Any

import colander
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request

from lms_leiderschap.addon.actions import change_settings, pause, remove, switch_off, switch_on
from lms_leiderschap.addon.edition_actions import move_edition
from lms_leiderschap.addon.standing import settings_of
from lms_leiderschap.addon.uses import Standing, editions_of, offering
from lms_leiderschap.addon.views.panel import back_to, brings, known
from lms_leiderschap.institution.addon import AddOn
from lms_leiderschap.permissions import Permission
from lms_leiderschap.plugin.setting import Setting
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.texts import _
from lms_leiderschap.web.fields import ChoicesField, LineField, NumberField, TickField
from lms_leiderschap.web.form import Button, FormPage, form_page
from lms_leiderschap.web.groups import FormSchema

PLAIN = "lms_leiderschap.templates:web/plain_form.pt"
MOST = 1_000_000
# Before the key of a setting, so that no setting is called like a field of every form.
OWN = "set_"


class NoFields(FormSchema):
    """A form that only asks whether you are sure."""


SURE = NoFields()


class AddOnPage(FormPage):
    """A form about one add-on. `found` is how it stands."""

    context: AddOn

    def __init__(self, context: AddOn, request: Request) -> None:
        super().__init__(context, request)
        self.found: Standing = known(context, request)

    def schema(self) -> colander.SchemaNode:
        return SURE

    def told(self) -> list[Any]:
        """Sentences above the form."""
        return []

    def who(self) -> dict[str, Any]:
        return {"by": self.request.person.__name__, "at": self.request.arrived}

    def extra(self) -> dict[str, Any]:
        translate = self.request.localizer.translate
        return {"back": (f"/addons/{self.found.name}", self.found.title),
                "told": [translate(sentence) for sentence in self.told()]}  # fmt: skip


@form_page(context=AddOn, name="switch-on", permission=Permission.MANAGE_ADDONS,
           renderer="lms_leiderschap.templates:addon/switch_on.pt")  # fmt: skip
class SwitchOn(AddOnPage):
    """What is added and where, and then one button."""

    buttons = (Button("on", _("Switch on")),)

    def __init__(self, context: AddOn, request: Request) -> None:
        super().__init__(context, request)
        if self.found.plugin is None:
            raise HTTPNotFound
        self.plugin = self.found.plugin
        self.title = _("Switch on ${title}", mapping={"title": self.found.title})
        # Also those that have them already: pressed twice, the form asks the same. One that is
        # paused offers nothing until it runs again.
        offers = self.plugin.modules and self.found.addon.paused is None
        self.editions = {edition.name: edition for edition in editions_of(request.institution)
                         if edition.state == "running" and offers}  # fmt: skip

    def _missing(self, edition: Edition) -> list[str]:
        return [each.key for each in self.plugin.modules if each.key not in edition.modules]

    def schema(self) -> colander.SchemaNode:
        if not self.editions:
            return SURE
        choices = [(name, f"{each.programme.title}, {each.title}")
                   for name, each in self.editions.items()]  # fmt: skip
        return FormSchema(ChoicesField(
            name="editions", title=_("Add its modules now to these running editions"),
            description=_("May be left empty; it can be done later too."),
            choices=choices, missing=(),
        ))  # fmt: skip

    def save(self, values: dict[str, Any]) -> str:
        institution, name = self.request.institution, self.found.name
        switch_on(institution, name, version=self.plugin.version, **self.who())
        offer = self.request.shelf.offer(offering(institution))
        for chosen in values.get("editions", ()):
            for key in self._missing(self.editions[chosen]):
                move_edition(self.editions[chosen], key, offer,
                             notify=self.request.registry.notify, **self.who())  # fmt: skip
        return back_to(name, "on")

    def extra(self) -> dict[str, Any]:
        own = {"row": self.found, "plugin": self.plugin}
        return {**super().extra(), **brings(self.plugin, self.request), **own}


@form_page(context=AddOn, name="switch-off", permission=Permission.MANAGE_ADDONS, renderer=PLAIN)
class SwitchOff(AddOnPage):
    """Off: new work stops, existing work stays."""

    buttons = (Button("off", _("Switch off")),)

    def __init__(self, context: AddOn, request: Request) -> None:
        super().__init__(context, request)
        self.title = _("Switch off ${title}", mapping={"title": self.found.title})

    def told(self) -> list[Any]:
        editions = ", ".join(edition.title for edition, _version in self.found.used)
        used = _("Used in: ${editions}.", mapping={"editions": editions})
        return [
            _("New work in its modules stops: handing in waits until it is on again."),
            _("What was written stays: it is readable, gets feedback and counts."),
            *([used] if editions else []),
        ]

    def save(self, values: dict[str, Any]) -> str:
        switch_off(self.request.institution, self.found.name, **self.who())
        return back_to(self.found.name, "off")


class WhySchema(FormSchema):
    why = LineField(title=_("Why"), description=_("Other administrators read this."), longest=200)


WHY = WhySchema()


@form_page(context=AddOn, name="pause", permission=Permission.MANAGE_ADDONS, renderer=PLAIN)
class Pause(AddOnPage):
    """Let it rest: nothing of it runs, work goes on."""

    buttons = (Button("pause", _("Pause")),)

    def __init__(self, context: AddOn, request: Request) -> None:
        super().__init__(context, request)
        self.title = _("Pause ${title}", mapping={"title": self.found.title})

    def schema(self) -> colander.SchemaNode:
        return WHY

    def told(self) -> list[Any]:
        return [_("Its own pages, panels and messages stop. Participants go on handing in.")]

    def save(self, values: dict[str, Any]) -> str:
        pause(self.request.institution, self.found.name, values["why"], "", **self.who())
        return back_to(self.found.name, "paused")


@form_page(context=AddOn, name="remove", permission=Permission.MANAGE_ADDONS, renderer=PLAIN)
class Remove(AddOnPage):
    """Take it out of the list of what is used, and keep its data."""

    buttons = (Button("remove", _("Remove and keep the data")),)

    def __init__(self, context: AddOn, request: Request) -> None:
        super().__init__(context, request)
        self.title = _("Remove ${title}", mapping={"title": self.found.title})

    def told(self) -> list[Any]:
        days = {"days": self.request.institution.addon_days}
        return [
            _("It is switched off. All work of participants stays as it is."),
            _("What it kept itself stays too. After ${days} days it can be destroyed here.",
              mapping=days),
            _("Switching it on again brings everything back."),
        ]  # fmt: skip

    def save(self, values: dict[str, Any]) -> str:
        remove(self.request.institution, self.found.name, **self.who())
        return back_to(self.found.name, "removed")


def settings_schema(settings: Any) -> colander.SchemaNode:
    """A form drawn from the settings of a plugin, each as its own kind."""
    return FormSchema(*(_field(setting) for setting in settings))


def _field(setting: Setting) -> colander.SchemaNode:
    shared = {"name": f"{OWN}{setting.key}", "title": setting.title}
    if isinstance(setting.default, bool):
        return TickField(**shared)
    if isinstance(setting.default, int):
        return NumberField(minimum=-MOST, maximum=MOST, **shared)
    return LineField(missing="", longest=500, **shared)


@form_page(context=AddOn, name="settings", permission=Permission.MANAGE_ADDONS, renderer=PLAIN)
class SettingsPage(AddOnPage):
    """The settings of an add-on; the add-on itself has no part in it."""

    title = _("Settings")

    def __init__(self, context: AddOn, request: Request) -> None:
        super().__init__(context, request)
        if self.found.plugin is None or not self.found.plugin.settings:
            raise HTTPNotFound
        self.plugin = self.found.plugin

    def schema(self) -> colander.SchemaNode:
        return settings_schema(self.plugin.settings)

    def values(self) -> dict[str, Any]:
        kept = settings_of(self.found.addon, self.plugin)
        return {f"{OWN}{key}": value for key, value in kept.items()}

    def save(self, values: dict[str, Any]) -> str:
        chosen = {name.removeprefix(OWN): value for name, value in values.items()}
        change_settings(self.request.institution, self.found.name, chosen, **self.who())
        return back_to(self.found.name, "set")
