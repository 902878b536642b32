"""The module Naar een professionele cultuur: files, a score for its culture list and a panel."""

from lms_leiderschap.plugin import PanelContext, Plugin
from lms_professionele_cultuur.culture import score

plugin = Plugin.from_folder(__name__, scores={"cultuur-concurrerende-waarden": score})


@plugin.panel("participant.module")
def team_talk(context: PanelContext) -> str | None:
    """The question for the talk with the team, beside the assignments of this module.

    The institution words it; without a text nothing is shown.
    """
    question = str(context.settings["gespreksvraag"]).strip()
    if context.module != plugin.name or not question:
        return None
    return f"**Voor het gesprek met het team**\n\n> {question}"
