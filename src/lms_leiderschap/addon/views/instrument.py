"""An instrument of an add-on as somebody will meet it: its questions, and results of a trial.

Rounds and respondents are not here yet; this page is for who chooses or makes an instrument.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.view import view_config

from lms_leiderschap.addon.panels import Rubbish, encoded
from lms_leiderschap.addon.views.panel import known
from lms_leiderschap.institution.addon import AddOn
from lms_leiderschap.instrument.builtin import score
from lms_leiderschap.instrument.chart import Chart
from lms_leiderschap.instrument.definition import InstrumentSpec
from lms_leiderschap.instrument.gathering import answers_of
from lms_leiderschap.instrument.samples import sample_rows
from lms_leiderschap.permissions import Permission
from lms_leiderschap.plugin.bounded import within_time
from lms_leiderschap.web.charts import draw_chart

TRIED_WITH = 12
SCORE_SECONDS = 1.0
MOST_CHARTS = 60


@view_config(
    context=AddOn,
    name="instrument",
    permission=Permission.MANAGE_ADDONS,
    request_method="GET",
    renderer="lms_leiderschap.templates:addon/instrument.pt",
)
def instrument_page(context: AddOn, request: Request) -> dict[str, Any]:
    """The questions by dimension, and the charts that made-up answers give."""
    found, key = known(context, request), request.GET.get("key", "")
    specs = found.plugin.instruments if found.plugin else ()
    spec = next((each for each in specs if each.key == key), None)
    if spec is None or found.plugin is None:
        raise HTTPNotFound
    tried = Trial(request, found.addon, found.plugin.version, spec)
    return {
        "title": spec.title, "spec": spec, "row": found, "number": TRIED_WITH,
        "groups": _groups(spec), "charts": tried.charts, "mark": tried.mark,
    }  # fmt: skip


def _groups(spec: InstrumentSpec) -> list[tuple[str, list[Any]]]:
    """Title of a dimension and its items; items without one come last."""
    found = [(each.title, [item for item in spec.items if item.dimension == each.key])
             for each in spec.dimensions]  # fmt: skip
    loose = [item for item in spec.items if not item.dimension]
    return [group for group in [*found, ("", loose)] if group[1]]


class Trial:
    """What an instrument says of made-up answers; code of the plugin runs within a time.

    mark  reference of what went wrong, "" when nothing did
    """

    def __init__(self, request: Request, addon: AddOn, version: str, spec: InstrumentSpec) -> None:
        self.charts: list[Any] = []
        self.mark = ""
        try:
            drawn = self._scored(addon, spec)
            self.charts = [encoded(draw_chart(request, chart)) for chart in drawn]
        except Exception as error:
            self.mark = request.registry.addon_watch.note(
                request.entry.key, addon.__name__, version, f"score {spec.key}", error,
                at=request.arrived,
            )  # fmt: skip

    @staticmethod
    def _scored(addon: AddOn, spec: InstrumentSpec) -> Sequence[Chart]:
        if spec.score is not None and addon.paused is not None:
            return ()
        crowd = [each.key for each in spec.perspectives if each.identity == "anonymous"]
        perspective = (crowd or [each.key for each in spec.perspectives])[0]
        answers = answers_of(spec, perspective, sample_rows(spec, perspective, TRIED_WITH))
        if answers is None:
            return ()
        charts = within_time(addon.__name__, SCORE_SECONDS, score, answers)
        if type(charts) not in (list, tuple) or not all(type(each) is Chart for each in charts):
            raise Rubbish("a score gives a list of Charts.")
        if len(charts) > MOST_CHARTS:
            raise Rubbish(f"a score gives {MOST_CHARTS} charts at most.")
        return charts

