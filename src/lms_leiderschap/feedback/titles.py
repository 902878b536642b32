"""How kinds of remark and decisions are called and drawn."""

from __future__ import annotations

from typing import Any, NamedTuple

from lms_leiderschap.texts import _


class KindTitle(NamedTuple):
    """style  class in the stylesheet; icon  name in the sprite; title  translation string"""

    style: str
    icon: str
    title: Any


KIND_TITLES: dict[str, KindTitle] = {
    "strong": KindTitle("strong", "thumb-up", _("Strong")),
    "question": KindTitle("question", "help-circle", _("Question")),
    "improve": KindTitle("improve", "pencil", _("Improve")),
    "next_step": KindTitle("next", "arrow-forward", _("Next step")),
}
DECISION_TITLES: dict[str, Any] = {
    "met": _("met"),
    "returned": _("returned for revision"),
    "talk": _("a talk"),
}
