"""Contract 1 is kept: a package that is never edited again still loads and works."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

import lms_leiderschap.plugin as contract
from lms_leiderschap.addon.actions import change_settings, switch_off
from lms_leiderschap.addon.data_actions import put_records, undo_update, update
from lms_leiderschap.addon.upgrading import plan_upgrade
from lms_leiderschap.institution.actions import SYSTEM
from lms_leiderschap.instrument.builtin import score
from lms_leiderschap.instrument.gathering import answers_of
from lms_leiderschap.instrument.samples import sample_rows
from lms_leiderschap.plugin import Plugin
from tests.addon.conftest import World
from tests.conftest import browser_of

FROZEN = Path(__file__).parent / "frozen"
V1 = FROZEN / "v1"
NAMES_OF_V1 = (
    "Answers", "AssignmentSpec", "Chart", "CriterionSpec", "Event", "InstrumentSpec",
    "ModuleSpec", "PanelContext", "PartSpec", "Plugin", "PluginError", "ProductSpec",
    "ProgrammeSpec", "Record", "ReportSpec", "RubricSpec", "Setting", "ToolSpec",
)  # fmt: skip
WORK = "work/samen-leren.verbeterpunt"
SOON = timedelta(minutes=20)


class ScanWorld(World):
    """An institution with the frozen plugin, as `pip install` would bring it."""

    name, module = "plg-scan", "samen-leren"


@pytest.fixture
def scan(
    registry: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ScanWorld]:
    monkeypatch.syspath_prepend(str(V1 / "src"))
    world = ScanWorld(registry, tmp_path)
    world.package = "lms_plg_scan"
    world.start()
    world.switch_on()
    yield world
    world.close()


def visit(world: World, who: str) -> Any:
    return browser_of(world.registry, who, "noord.test")


def hand_in(anna: Any) -> Any:
    form = anna.get(f"{anna.home}/{WORK}/submit").forms["report"]
    form.set("text", "Wat het team deed.", index=0)
    form.set("text", "Wat ervan is geleerd.", index=1)
    form["names"] = True
    return form.submit("hand_in").follow()


def give(world: World, anna: Any) -> None:
    pieter = visit(world, "pieter")
    path = f"{anna.home}/{WORK}/versions/1/"
    form = pieter.get(path).forms["assess"]
    form.set("step", "Vraag een collega om mee te kijken.", index=0)
    form["decision"] = "met"
    form.submit("ready", status=303)
    pieter.get(path).forms[0].submit("release", status=303)


def mails(world: World, words: str) -> list[str]:
    directory = Path(world.registry.lms.mail.partition(":")[2]) / "noord"
    read = [message_from_bytes(path.read_bytes(), policy=default)
            for path in sorted(directory.glob("*.eml"))]  # fmt: skip
    bodies = [" ".join(mail.get_body(("plain",)).get_content().split()) for mail in read]
    return [body for body in bodies if words in body]


def records(world: World) -> dict[str, Any]:
    return world.within(lambda one: {
        key: kept.data for (_kind, key), kept in one.addons["plg-scan"].records.items()})


def test_not_a_byte_of_it_changed() -> None:
    listed = (FROZEN / "v1.sha256").read_text("ascii").splitlines()
    wanted = {path: digest for digest, path in (line.split("  ", 1) for line in listed)}
    found = {
        path.relative_to(FROZEN).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(V1.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert found == wanted, "contract 1 was frozen: put the file back and repair the core"


def test_every_name_of_the_contract_is_still_there() -> None:
    assert set(NAMES_OF_V1) <= set(contract.__all__)
    assert all(hasattr(contract, name) for name in NAMES_OF_V1)


def test_it_loads_from_its_own_folder_and_is_what_it_was(scan: ScanWorld) -> None:
    found = scan.plugin
    assert type(found) is Plugin and (found.name, found.version, found.api) == (
        "plg-scan", "1.1.0", 1)  # fmt: skip
    assert Path(sys.modules["lms_plg_scan"].__file__ or "").is_relative_to(V1)
    [module] = found.modules
    assert [module.key, module.hands_on, module.takes_in] == [
        "samen-leren", ("verbeterpunt",), ("ikk-doelen-v1",)]  # fmt: skip
    assert module.work_form["before"].startswith("Lees het hoofdstuk")
    assert module.assignments[0].brief.startswith("Kies met het team")
    [report], [rubric] = found.reports, found.rubrics
    assert [part.min_words for part in report.parts] == [150, 150]
    assert [level.key for level in rubric.levels] == ["not_yet", "almost", "met", "strong"]
    assert {tool.key for tool in found.tools} == {"webtools", "plg-scan"}
    assert sorted(found.behaviour.handlers) == [
        "feedback.released", "instrument.closed", "submission.handed_in"]  # fmt: skip
    assert scan.registry.plugins.parked == ()


def test_its_instrument_is_scored_by_its_own_function(scan: ScanWorld) -> None:
    [instrument] = scan.plugin.instruments
    answers = answers_of(instrument, "team", sample_rows(instrument, "team", 12))
    assert answers is not None
    [chart] = score(answers)
    assert (chart.kind, chart.title) == ("profile", "Waar staat het team?")
    assert list(chart.values) == ["Samen leren", "Gedeeld leiden"]


def test_it_is_handed_in_heard_of_shown_and_answered(scan: ScanWorld) -> None:
    at = datetime.now(UTC)
    scan.within(lambda one: change_settings(
        one, "plg-scan", {"team": "bovenbouw", "weken": 1}, by=SYSTEM, at=at))
    anna = visit(scan, "anna")
    assert "Ingeleverd voor" not in anna.get(f"{anna.home}/{WORK}")
    assert "receipt" in hand_in(anna).request.path
    scan.run_jobs()
    [data] = records(scan).values()
    assert (data["team"], data["times"]) == ("bovenbouw", 1)
    assert "<strong>bovenbouw</strong>" in anna.get(f"{anna.home}/{WORK}")
    assert visit(scan, "olga").get("/editions").html.select(".panel svg")
    give(scan, anna)
    scan.run_jobs(at + SOON)
    assert "Vraag een collega" in anna.get(f"{anna.home}/{WORK}/versions/1/feedback")
    assert mails(scan, "Hoe staat het met het verbeterpunt?") == []
    scan.run_jobs(at + timedelta(days=7, hours=1))
    assert len(mails(scan, "Hoe staat het met het verbeterpunt?")) == 1


def test_its_records_of_the_first_version_are_brought_along_and_back(scan: ScanWorld) -> None:
    at = datetime.now(UTC)
    kept = json.loads((V1 / "tests/fixtures/1.0.0.json").read_text("utf-8"))

    def as_it_was(one: Any) -> None:
        addon = one.kept_addons().named("plg-scan")
        addon.version = "1.0.0"
        put_records(addon, {(row["kind"], row["key"]): (row["data"], row["schema"])
                            for row in kept}, at=at)  # fmt: skip

    def upgrade(one: Any) -> None:
        plan = plan_upgrade(one.addons["plg-scan"], scan.plugin)
        assert (plan.looked_at, len(plan.changed), list(plan.failures)) == (1, 1, [])
        update(one, "plg-scan", plan.version, plan.changed, by=SYSTEM, at=at)

    scan.within(as_it_was)
    before = records(scan)
    scan.within(upgrade)
    assert [data["team"] for data in records(scan).values()] == ["hele school"]
    scan.within(lambda one: undo_update(one, "plg-scan", by=SYSTEM, at=at))
    assert records(scan) == before


def test_off_gone_and_back_lose_nothing(scan: ScanWorld) -> None:
    anna = visit(scan, "anna")
    hand_in(anna)
    scan.run_jobs()
    kept = records(scan)
    scan.within(lambda one: switch_off(one, "plg-scan", by=SYSTEM, at=datetime.now(UTC)))
    scan.start(installed=False)
    anna = visit(scan, "anna")
    assert "Wat het team deed." in anna.get(f"{anna.home}/{WORK}/versions/1/read")
    give(scan, anna)
    scan.start()
    visit(scan, "ada").get("/addons/plg-scan/switch-on").forms["form"].submit("on").follow()
    assert records(scan) == kept
    assert "Vraag een collega" in visit(scan, "anna").get(
        f"{anna.home}/{WORK}/versions/1/feedback")  # fmt: skip
