"""What the forms ask with which a folder plugin is made in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import colander

from lms_leiderschap.texts import _
from lms_leiderschap.web.choices import SelectWidget
from lms_leiderschap.web.fields import (
    ChoicesField,
    HiddenField,
    LineField,
    NumberField,
    SelectField,
    TextField,
    TickField,
)
from lms_leiderschap.web.groups import FormSchema, GroupField, RowsField
from lms_leiderschap.web.widgets import TextWidget

MARKDOWN = _("Markdown: **bold**, - for a list, ## for a heading.")
TITLE_OR_REMOVE = _("Give this a title, or remove it.")
MOST_ROWS = 40
PLAIN = {"class": "plain"}
Choice = tuple[str, str]
KINDS: list[Choice] = [
    ("action_learning", _("Assignment in one's own school")),
    ("preparation", _("Preparation")),
    ("reading", _("Reading")),
    ("practice", _("Practice at the meeting")),
    ("report", _("Report")),
    ("research", _("Research")),
    ("case", _("Case")),
    ("reflection", _("Reflection")),
    ("log", _("Logbook")),
    ("instrument", _("Filling in an instrument")),
    ("development_plan", _("Development plan")),
    ("mutual_coaching", _("Mutual coaching")),
    ("peer_audit", _("School visit")),
    ("implementation", _("Implementation assignment")),
    ("thesis", _("Thesis")),
    ("dissemination", _("Sharing with others")),
]  # fmt: skip


def _text(name: str, title: str, *, rows: int = 4, description: str = "") -> TextField:
    return TextField(name=name, title=title, rows=rows, missing="", longest=50_000, data=PLAIN,
                     description=description)  # fmt: skip


def _rows(
    name: str, title: str, child: colander.SchemaNode, add: str, *, ordered: bool = False,
    description: str = "",
) -> RowsField:  # fmt: skip
    more: dict[str, Any] = {"shown": 0, "at_most": MOST_ROWS, "add_label": add, "ordered": ordered}
    return RowsField(child, name=name, title=title, description=description, **more)


class HeadSchema(FormSchema):
    """What a folder says about itself."""

    base = HiddenField()
    title = LineField(title=_("Title"), longest=120)
    author = LineField(title=_("Author"), missing="", width="mid", longest=120)
    licence = LineField(
        title=_("Licence"), missing="", width="mid", longest=60,
        description=_("For example CC-BY-4.0, when others may use it too."),
    )  # fmt: skip
    personal = _rows(
        "personal", _("Personal data"), LineField(
            name="said", title=_("Personal data, one sentence"), longest=500,
        ), _("Add a sentence about personal data"),
        description=_("What it keeps about people. Administrators read it before they switch it "
                      "on."),
    )  # fmt: skip
    mails = _rows(
        "mails", _("Mails"), LineField(name="said", title=_("Mails, one sentence"), longest=500),
        _("Add a sentence about mails"), description=_("Which messages it sends, and when."),
    )  # fmt: skip


class MakeSchema(FormSchema):
    """The first form of a new folder."""

    title = LineField(title=_("Title"), longest=120)
    name = LineField(
        title=_("Short name"), missing="", width="mid", longest=48,
        description=_("In addresses and files. Left empty it is made of the title."),
    )  # fmt: skip
    author = LineField(title=_("Author"), missing="", width="mid", longest=120)
    licence = LineField(
        title=_("Licence"), missing="", width="mid", longest=60,
        description=_("For example CC-BY-4.0, when others may use it too."),
    )  # fmt: skip


class TitleSchema(FormSchema):
    """The first form of a module or an assignment."""

    title = LineField(title=_("Title"), longest=200)


class SureSchema(FormSchema):
    """A form that only asks whether you are sure of what you see."""

    base = HiddenField()


HEAD, MAKE, TITLE, SURE = HeadSchema(), MakeSchema(), TitleSchema(), SureSchema()


def publish_schema(*, first: bool) -> FormSchema:
    """The last form before others see it; of a first version there is nothing that changed."""
    changes = TextField(
        name="changes", title=_("What changed"), rows=2, longest=1000, data=PLAIN,
        missing_msg=_("Say in one sentence what changed."),
        description=_("Administrators read this before they take it in use."),
    )  # fmt: skip
    version = LineField(name="version", title=_("Version"), width="year", longest=20,
                        description="" if first else _("Higher than the one before."))  # fmt: skip
    return FormSchema(HiddenField(name="base"), version, *([] if first else [changes]))


def module_schema(tools: Sequence[Choice]) -> FormSchema:
    """A module.

    tools  (key, title) of the tools of the folder that the module does not describe itself
    """
    goal = TextField(name="goal", title=_("Learning goal"), rows=2, longest=2000, data=PLAIN)
    insight = LineField(name="insight", title=_("Theory or insight"))
    chosen = ChoicesField(name="instruments", title=_("Other instruments of this add-on"),
                          choices=tools, missing=[])  # fmt: skip
    return FormSchema(
        HiddenField(name="base"),
        LineField(name="title", title=_("Title"), longest=200),
        _rows("learning_goals", _("Learning goals"), goal, _("Add a learning goal")),
        _rows("insights", _("Theory and insights"), insight, _("Add a theory or insight")),
        _rows("tools", _("Instruments"), _tool(), _("Add an instrument"),
              description=_("Questionnaires and other tools, by name. The institution brings what "
                            "stands in them.")),
        *([chosen] if tools else []),
        _text("before", _("Before the meeting"), description=MARKDOWN),
        _text("on", _("At the meeting")),
        _text("after", _("After the meeting")),
        _rows("literature", _("Literature"), _book(), _("Add literature")),
    )  # fmt: skip


def _tool() -> GroupField:
    return GroupField(
        HiddenField(name="key"),
        LineField(name="title", title=_("Title"), longest=200, missing_msg=TITLE_OR_REMOVE),
        name="tool", title=_("Instrument"),
    )  # fmt: skip


def _book() -> GroupField:
    return GroupField(
        HiddenField(name="key"),
        LineField(name="title", title=_("Title"), missing_msg=TITLE_OR_REMOVE),
        LineField(name="authors", title=_("Authors"), missing=""),
        NumberField(name="year", title=_("Year"), missing=None, maximum=2200),
        name="book", title=_("Literature"),
    )  # fmt: skip


def assignment_schema(
    dues: Sequence[Choice],
    reports: Sequence[Choice],
    rubrics: Sequence[Choice],
    usual: str,
    levels: Sequence[str],
) -> FormSchema:
    """An assignment.

    dues, reports, rubrics  (value, label) of what can be chosen
    usual   title of the rubric that counts when none is chosen
    levels  titles of the levels of its own rubric, lowest first
    """
    return FormSchema(
        HiddenField(name="base"),
        LineField(name="title", title=_("Title"), longest=200),
        _text("brief", _("What is asked"), rows=8, description=MARKDOWN),
        SelectField(name="kind", title=_("Kind"), choices=KINDS),
        SelectField(name="due", title=_("When to hand in"), choices=dues),
        SelectField(
            name="report", title=_("Report"), choices=reports, missing="",
            empty_label=_("No parts: one free text"), widget=_quiet_select(),
            description=_("Preparation and reading without parts are ticked off."),
        ),
        _rows("parts", _("Own parts"), _part(), _("Add a part"), ordered=True),
        TickField(name="feedback", title=_("A teacher gives feedback on it.")),
        SelectField(
            name="rubric", title=_("Rubric"), choices=rubrics, missing="", widget=_quiet_select(),
            empty_label=_("The usual one: ${title}", mapping={"title": usual}),
        ),
        _rows("criteria", _("Own criteria"), _criterion(levels), _("Add a criterion"),
              ordered=True),
    )  # fmt: skip


def _part() -> GroupField:
    return GroupField(
        HiddenField(name="key"),
        LineField(name="title", title=_("Title"), longest=200, missing_msg=TITLE_OR_REMOVE),
        _text("guidance", _("Guidance"), rows=2,
              description=_("What belongs in it, in one to three sentences.")),
        NumberField(name="min_words", title=_("Advised number of words"), missing=0,
                    maximum=20_000),
        TickField(name="optional", title=_("May be left empty.")),
        name="part", title=_("Part"),
    )  # fmt: skip


def _criterion(levels: Sequence[str]) -> GroupField:
    sentences = [
        TextField(name=f"level_{place}", title=title, rows=1, longest=600, missing="",
                  data=PLAIN, widget=TextWidget(says_optional=False))
        for place, title in enumerate(levels)
    ]  # fmt: skip
    return GroupField(
        HiddenField(name="key"),
        LineField(name="title", title=_("Title"), longest=200, missing_msg=TITLE_OR_REMOVE),
        *sentences,
        LineField(name="hint", title=_("Question that helps to write the next step"), missing=""),
        name="criterion", title=_("Criterion"),
    )  # fmt: skip


def _quiet_select() -> SelectWidget:
    """A list whose first line is an answer too, so that it need not be said to be optional."""
    return SelectWidget(says_optional=False)
