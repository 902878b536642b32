"""The module De onderzoekende school: files, and one question some weeks after the report."""

from datetime import datetime, timedelta
from typing import Any

from lms_leiderschap.plugin import Event, Plugin

OWN, MET = ("onderzoekende_school", "onderzoeksverslag"), "met"
ASKED = "onderzoekende_school-navraag"
# How long 1.0.0 waited, which nobody could change, and the longest wait that makes sense.
FORMER_WEEKS, MOST_WEEKS = 6, 104
QUESTION = (
    "Enige tijd geleden is de feedback op het onderzoeksverslag vrijgegeven. Zijn de uitkomsten "
    "en aanbevelingen inmiddels met de kerngroep besproken? Zo niet, dan is een gesprek van een "
    "half uur een goed begin: wat herkent de kerngroep, en wat wordt als eerste opgepakt?"
)

plugin = Plugin.from_folder(__name__)


@plugin.on("feedback.released")
def ask_once(event: Event) -> None:
    """Plan the question when the report is met; once per participant and edition.

    What was asked is kept, so that a second delivery of the event, a later version of the report
    and feedback of a second reader ask nothing more.
    """
    data = event.data
    if (data["place"], data["assignment"]) != OWN or data["decision"] != MET:
        return  # an edition has work of other modules too
    key = f"{data['person']} {data['edition']}"
    if event.records.get(ASKED, key) is not None:
        return
    weeks = max(0, min(int(event.settings["weken"]), MOST_WEEKS))
    moment = event.at + timedelta(weeks=weeks)
    event.records.put(ASKED, key, {"released": data["at"], "ask_at": moment.isoformat()}, schema=2)
    event.notify(data["person"], QUESTION, at=moment)


@plugin.upgrade(to="1.1.0")
def add_its_moment(record: dict[str, Any]) -> dict[str, Any]:
    """1.0.0 kept only when the feedback was released; the question came six weeks later."""
    if "ask_at" in record:
        return record
    released = datetime.fromisoformat(record["released"])
    return record | {"ask_at": (released + timedelta(weeks=FORMER_WEEKS)).isoformat()}
