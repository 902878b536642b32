"""What a form can ask. A schema is a colander.Schema whose attributes are these nodes:

    class PostponeSchema(FormSchema):
        date = DateField(title=_("New date"), description=_("For example 04-12-2026"))
        reason = TextField(title=_("Reason"), rows=3, longest=2000)
        phone = LineField(title=_("Telephone number"), missing="", autocomplete="tel", width="mid")

title is the label, description the hint; a field with `missing` may be left empty, and says so.
`missing_msg` is the sentence for one that may not. FormSchema, groups and rows are in ``groups``.
A schema without colander.deferred need not be bound: make it once, beside its class.
"""

import re
from collections.abc import Sequence
from typing import Any

import colander

from lms_leiderschap.texts import _
from lms_leiderschap.web.choices import ChoicesWidget, ChoiceWidget, SelectWidget
from lms_leiderschap.web.cleaning import clean_line, clean_text
from lms_leiderschap.web.field_types import LocalDate, LocalTime, TextList, WholeNumber
from lms_leiderschap.web.groups import Node
from lms_leiderschap.web.widgets import (
    DateWidget,
    FilesWidget,
    HiddenWidget,
    LineWidget,
    PasswordWidget,
    TextWidget,
    TickWidget,
    TimeWidget,
)

_ADDRESS = re.compile(r"[^@\s<>\"(),:;\[\]\\]{1,64}@([a-z0-9-]{1,63}\.)+[a-z]{2,63}", re.IGNORECASE)


class _Field(Node, colander.SchemaNode):
    """What all nodes share.

    autocomplete  token of the HTML standard, such as "email" or "given-name"
    """

    missing_msg = _("Fill this in.")
    autocomplete: str | None = None

    @property
    def html(self) -> dict[str, str]:
        """The attributes that the kind of input asks for."""
        return {}

    def deserialize(self, cstruct: Any = colander.null) -> Any:
        value = super().deserialize(cstruct)
        if value is not self.missing:
            self.own_check(value)
        return value

    def own_check(self, value: Any) -> None:
        """What holds for every field of this kind, beside its validator; raises Invalid."""


class LineField(_Field):
    """One line of text. input_type and inputmode are those of HTML; longest is in characters."""

    schema_type = colander.String
    widget = LineWidget()
    preparer = staticmethod(clean_line)
    longest = 300
    input_type = "text"
    inputmode: str | None = None
    spellcheck: str | None = None

    @property
    def html(self) -> dict[str, str]:
        names = {"type": "input_type", "inputmode": "inputmode", "spellcheck": "spellcheck"}
        return {html: value for html, name in names.items() if (value := getattr(self, name))}

    def deserialize(self, cstruct: Any = colander.null) -> Any:
        """Cleaned first: who typed only control characters filled in nothing."""
        return super().deserialize(self.preparer(cstruct))

    def own_check(self, value: Any) -> None:
        if len(value) > self.longest:
            sentence = _("Make this shorter: at most ${n} characters.", {"n": self.longest})
            raise colander.Invalid(self, sentence)


class TextField(LineField):
    """Text of several lines. rows is the height it is drawn with."""

    widget = TextWidget()
    preparer = staticmethod(clean_text)
    longest = 100_000
    rows = 5


class EmailField(LineField):
    missing_msg = _("Fill in an e-mail address, for example naam@school.nl.")
    input_type = "email"
    autocomplete = "email"
    spellcheck = "false"
    longest = 254
    width = "mid"

    def own_check(self, value: Any) -> None:
        super().own_check(value)
        if not _ADDRESS.fullmatch(value):
            raise colander.Invalid(self, self.missing_msg)


class PasswordField(LineField):
    """autocomplete is "current-password" or "new-password"."""

    widget = PasswordWidget()
    preparer = staticmethod(clean_text)
    longest = 1000
    autocomplete = "current-password"
    width = "mid"


class HiddenField(LineField):
    """A value the person does not see; whoever sends the form can change it."""

    widget = HiddenWidget()
    missing = ""


class NumberField(_Field):
    """A whole number from minimum to maximum, both included."""

    widget = LineWidget()
    missing_msg = _("Fill in a number, for example 12.")
    width = "year"
    minimum = 0
    maximum = 1_000_000_000

    @property
    def html(self) -> dict[str, str]:
        return {"type": "text", "inputmode": "numeric"}

    @staticmethod
    def schema_type() -> WholeNumber:
        return WholeNumber()

    def own_check(self, value: Any) -> None:
        if not self.minimum <= value <= self.maximum:
            ends = {"low": self.minimum, "high": self.maximum}
            raise colander.Invalid(self, _("Fill in a number from ${low} to ${high}.", ends))


class DateField(_Field):
    """A datetime.date from `since` to `until`, both included where given."""

    schema_type = LocalDate
    widget = DateWidget()
    missing_msg = _("Fill in a date, for example 27-11-2026.")
    width = "date"
    since: Any = None
    until: Any = None

    def own_check(self, value: Any) -> None:
        if self.since and value < self.since:
            day = {"date": LocalDate.written(self.since)}
            raise colander.Invalid(self, _("Fill in a date from ${date} on.", day))
        if self.until and value > self.until:
            day = {"date": LocalDate.written(self.until)}
            raise colander.Invalid(self, _("Fill in a date up to ${date}.", day))


class TimeField(_Field):
    """A datetime.time without zone."""

    schema_type = LocalTime
    widget = TimeWidget()
    missing_msg = _("Fill in a time, for example 09.30.")
    width = "year"


class TickField(_Field):
    """Yes or no. With must=True only yes is right."""

    schema_type = colander.Boolean
    widget = TickWidget()
    missing = False
    must = False
    must_msg = _("Tick this to go on.")

    def deserialize(self, cstruct: Any = colander.null) -> Any:
        value = super().deserialize(cstruct)
        if self.must and not value:
            raise colander.Invalid(self, self.must_msg)
        return value


class ChoiceField(_Field):
    """One of `choices`, by radio buttons: (value, label) or (value, label, hint) each.

    inline  whether short answers stand on one line
    """

    schema_type = colander.String
    widget = ChoiceWidget()
    missing_msg = _("Choose one of the answers.")
    choices: Sequence[tuple[str, ...]] = ()
    inline = False

    def own_check(self, value: Any) -> None:
        if value not in {choice[0] for choice in self.choices}:
            raise colander.Invalid(self, self.missing_msg)


class SelectField(ChoiceField):
    """One of many choices, from a list. empty_label is what stands there before the choice."""

    widget = SelectWidget()
    missing_msg = _("Choose one from the list.")
    empty_label = _("Choose")


class ChoicesField(_Field):
    """Any number of `choices`, by tick boxes; the value is a list in the order of the choices."""

    schema_type = TextList
    widget = ChoicesWidget()
    missing_msg = _("Choose at least one.")
    choices: Sequence[tuple[str, ...]] = ()

    def own_check(self, value: Any) -> None:
        if not set(value) <= {choice[0] for choice in self.choices}:
            raise colander.Invalid(self, self.missing_msg)


class FilesField(_Field):
    """Uploaded files; the value is the list of their ids in the order they are to be read.

    accept   media types and endings for the browser's window, comma separated
    at_most  the number of files
    """

    schema_type = TextList
    widget = FilesWidget()
    missing_msg = _("Choose a file.")
    accept: str | None = None
    at_most = 20

    @property
    def html(self) -> dict[str, str]:
        found = {"accept": self.accept, "multiple": "multiple" if self.at_most > 1 else None}
        return {name: value for name, value in found.items() if value}

    def own_check(self, value: Any) -> None:
        if len(value) > self.at_most:
            sentence = _("Choose at most ${n} files.", {"n": self.at_most})
            raise colander.Invalid(self, sentence)
