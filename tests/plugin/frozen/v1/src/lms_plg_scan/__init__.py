"""PLG-scan: one module with an assignment and an instrument."""

from datetime import timedelta

from lms_leiderschap.plugin import (
    Answers,
    AssignmentSpec,
    Chart,
    CriterionSpec,
    Event,
    InstrumentSpec,
    ModuleSpec,
    PanelContext,
    PartSpec,
    Plugin,
    PluginError,
    ProductSpec,
    ProgrammeSpec,
    Record,
    ReportSpec,
    RubricSpec,
    Setting,
    ToolSpec,
)


def score(answers: Answers) -> list[Chart]:  # reversed questions arrive turned round
    means = {d.title: answers.mean(d) for d in answers.dimensions}
    return [Chart("profile", "Waar staat het team?", means)]


plugin = Plugin(
    name="plg-scan", version="1.1.0", api=1, title="PLG-scan",
    licence="BSD-3-Clause", author="Een ontwikkelaar",
    personal=["Van wie een verbeterpunt inleverde: bij welk team dat was."],
    mails=["Enkele weken na de feedback een vraag over het verbeterpunt."],
    changes={"1.1.0": "Bij elk verbeterpunt staat het team.", "1.0.0": "Eerste versie."},
    settings=[
        Setting("bewaren", "Antwoorden bewaren (maanden)", 24),
        Setting("weken", "Vraag sturen na (weken)", 2),
        Setting("tonen", "Toon het aantal op het bord", True),
        Setting("team", "Naam van het team", "hele school"),
    ],
    instruments=[InstrumentSpec.from_toml("plg-scan.toml", score=score)],
    tools=[ToolSpec("webtools", "Webtools", kind="links", content="by_institution",
                    modules=["samen-leren"])],
    programmes=[ProgrammeSpec(key="plg-scan-traject", title="Traject met de PLG-scan",
                              modules=[{"key": "samen-leren", "order": 1}])],
    modules=[ModuleSpec(
        key="samen-leren", title="Samen leren",
        learning_goals={"herkennen": "Herkennen wat een lerend team kenmerkt."},
        work_form={"before": "voor.md", "on": "studiedag.md", "after": "na.md"},
        takes_in=["ikk-doelen-v1"], hands_on=["verbeterpunt"],
        instruments=["plg-scan", "webtools"],
        products=[ProductSpec("verbeterpunt", kind="improvement_point", made_by="verbeterpunt")],
        assignments=[AssignmentSpec(
            key="verbeterpunt", title="Eén verbeterpunt in het team", brief="opdracht.md",
            uses=["ikk-doelen-v1"], makes=["verbeterpunt"],
            report=ReportSpec(parts=[
                PartSpec("findings", "Resultaten", min_words=150),
                PartSpec("reflection", "Reflectie", min_words=150)]),
            rubric=RubricSpec([
                CriterionSpec("analysis", "Analyse", ["findings"], {
                    "not_yet": "Er is niet te volgen wat er is gedaan.",
                    "almost": "De stappen zijn er, het resultaat nog niet.",
                    "met": "Stappen en resultaat horen bij elkaar.",
                    "strong": "Ook is te zien wat onderweg is bijgesteld."}),
                CriterionSpec("approach", "Aanpak en effect", ["reflection"], {
                    "not_yet": "Het effect is niet te zien.",
                    "almost": "Het effect is genoemd.",
                    "met": "Het effect is laten zien.",
                    "strong": "Het effect is gemeten en geduid."})]),
        )],
    )],
)


@plugin.on("instrument.closed")
def tell_owner(event):
    event.notify(event.data["owner"], "De uitkomsten van de PLG-scan staan klaar.")


@plugin.on("submission.handed_in")
def keep_team(event: Event) -> None:
    key = f"{event.data['person']} {event.data['edition']}"
    kept: Record | None = event.records.get("plg-scan", key)
    times = kept.data["times"] if kept is not None else 0
    if event.settings["bewaren"] < 0:
        raise PluginError("the months to keep answers cannot be below zero.")
    event.records.put("plg-scan", key, {
        "team": event.settings["team"], "times": max(times, event.data["version"]),
        "at": event.data["at"]}, schema=2)


@plugin.on("feedback.released")
def ask_later(event: Event) -> None:
    if event.data["decision"] == "met":
        event.notify(event.data["person"], "Hoe staat het met het verbeterpunt?",
                     at=event.at + timedelta(weeks=int(event.settings["weken"])))


@plugin.panel("participant.module")
def own_team(context: PanelContext) -> str | None:
    found = [record for record in context.records.list("plg-scan")
             if record.key == f"{context.person} {context.edition}"]
    if context.module != "samen-leren" or not found:
        return None
    return f"Ingeleverd voor **{found[0].data['team']}**."


@plugin.panel("office.board")
def how_many(context: PanelContext) -> Chart | None:
    if not context.settings["tonen"]:
        return None
    return Chart("bars", "Verbeterpunten", {"Ingeleverd": len(context.records.list("plg-scan"))},
                 decimals=0)


@plugin.upgrade(to="1.1.0")  # plain dict in, plain dict out
def add_team(record: dict) -> dict:
    return record | {"team": record.get("team", "hele school")}
