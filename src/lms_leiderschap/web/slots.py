"""Places in the pages of the core where something else may be shown: add-ons fill them.

A page asks for a place by name and says whom it is about; it knows nothing of who fills it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pyramid.request import Request

from lms_leiderschap.web.html import SafeHtml


@dataclass(frozen=True, slots=True)
class Filling:
    """What is shown in a place.

    title  whose it is; html  what it shows, empty when it is not available
    mark   reference of what went wrong, "" when it rests for another reason
    """

    title: str
    html: SafeHtml
    mark: str = ""


Filler = Callable[..., Sequence[Filling]]


def slot(request: Request, name: str, *, person: str = "", editions: Sequence[Any] = (),
         module: str = "") -> Sequence[Filling]:  # fmt: skip
    """What stands in a place of this page.

    name      "participant.week", "participant.module", "teacher.margin", "office.board", …
    person    id of whom the page is about
    editions  the Editions the page is about; none for a page about all of them
    module    key of the module it is about
    """
    filler: Filler | None = getattr(request.registry, "slot_filler", None)
    if filler is None:
        return ()
    return filler(request, name, person=person, editions=editions, module=module)


def includeme(config: Any) -> None:
    config.add_request_method(slot)
