"""What leaves an add-on: what is about somebody who is erased, what is destroyed, what is old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from lms_leiderschap.addon.actions import pause
from lms_leiderschap.addon.happenings import EVENT
from lms_leiderschap.addon.privacy_actions import let_go
from lms_leiderschap.institution.actions import SYSTEM, post
from lms_leiderschap.people.actions import erase
from lms_leiderschap.progress.privacy import export_person
from lms_leiderschap.store.faults import Fault
from tests.addon.test_behaviour import made, shows, waiting
from tests.addon.test_folders import upload
from tests.addon.test_going_back import AT, STEP, kept, put, undo, upgrade
from tests.addon.zips import zipped

DAY = timedelta(days=1)


def id_of(world: Any, who: str) -> str:
    found: str = world.within(lambda one: one.emails[f"{who}@noord.test"])
    return found


def erased(world: Any, who: str) -> None:
    world.within(lambda one: erase(one.people[one.emails[f"{who}@noord.test"]], by=SYSTEM, why="",
                                   at=datetime.now(UTC), notify=world.registry.notify))


def faults(world: Any) -> list[Fault]:
    found: list[Fault] = world.registry.side.faults.of("noord", "proef", AT - DAY)
    return found


def test_who_uploaded_and_who_paused_is_forgotten(world: Any, visit: Any) -> None:
    made(world, "")
    ada = visit("ada")
    upload(ada, zipped(), status=303)
    form = ada.get("/addons/proef/pause").forms["form"]
    form["why"] = "Bel mij, Ada."
    form.submit("pause", status=303)
    erased(world, "ada")
    by, paused = world.within(lambda one: (
        [version.by for version in one.addons["samen"].versions.values()],
        one.addons["proef"].paused))
    assert by == [""] and (paused["by"], paused["sentence"]) == ("", "")


def test_a_pause_by_the_system_that_names_somebody_names_nobody_after(world: Any) -> None:
    made(world, "")
    anna = id_of(world, "anna")
    for name, sentence in (("proef", f"event x: KeyError: {anna!r}"), ("hrm", "event y: kapot")):
        world.within(lambda one, name=name, sentence=sentence: pause(
            one, name, sentence, "4K2P", by=SYSTEM, at=AT))
    erased(world, "anna")
    said = world.within(lambda one: [one.addons[name].paused["sentence"]
                                     for name in ("proef", "hrm")])
    assert said == ["", "event y: kapot"]


def test_traces_that_name_somebody_are_erased_and_others_stay(world: Any, visit: Any) -> None:
    made(world, shows("raise KeyError(context.person)"))
    anna, bram = visit("anna"), visit("bram")
    for who in (anna, bram):
        who.get(f"{who.home}/work/proef.punt")
    at = datetime.now(UTC)
    for words in ("ANNA@noord.test", "anna DE WIT", "De Wit, A."):
        world.registry.side.faults.note("noord", "proef", Fault(
            at, "4K2P", "event x", "1.0.0", f"ValueError: {words}", ""))
    assert len(faults(world)) == 5
    erased(world, "anna")
    [left] = faults(world)
    assert id_of(world, "bram") in left.sentence
    assert b"anna" not in world.registry.side.file.path.read_bytes().lower()


def test_why_an_event_was_refused_names_nobody_after(world: Any) -> None:
    made(world, "")
    anna = id_of(world, "anna")

    def refuse(one: Any) -> None:
        number = post(one, EVENT, {"addon": "proef", "event": "x", "key": "k", "person": "other",
                                   "data": {}}, at=AT)
        one.outbox.replace(number, one.outbox.get(number) | {
            "state": "refused", "why": f"KeyError: {anna}"})

    world.within(refuse)
    erased(world, "anna")
    [item] = waiting(world)
    assert item["why"] == ""


def test_a_person_takes_along_what_stands_beside_a_record(world: Any) -> None:
    made(world, "")
    anna = id_of(world, "anna")
    put(world, anna, {"n": 1})
    world.write(STEP, "1.1.0")
    world.start()
    upgrade(world)

    def exported() -> Any:
        return world.within(lambda one: export_person(one.people[anna], []))["addons"]

    assert exported()[0]["before"] == ("1.0.0", {"n": 1}, 1)
    undo(world)
    assert exported()[0]["newer"] == ("1.1.0", {"n": 1, "team": "x"}, 1)
    put(world, anna, {"n": 2})
    assert exported()[0]["beside"] == ("1.1.0", {"n": 1, "team": "x"}, 1)
    erased(world, "anna")
    assert world.within(lambda one: len(one.addons["proef"].records)) == 0


def test_somebody_who_is_only_named_beside_a_record_is_erased_with_it(world: Any) -> None:
    made(world, "")
    anna = id_of(world, "anna")
    put(world, "a", {"who": anna})
    world.write(STEP, "1.1.0")
    world.start()
    upgrade(world)
    undo(world)
    put(world, "a", {"who": "nobody"})
    assert kept(world, "a")[1]["beside"][1]["who"] == anna
    erased(world, "anna")
    assert world.within(lambda one: len(one.addons["proef"].records)) == 0


def test_destroyed_its_failures_and_events_go_too(world: Any, visit: Any) -> None:
    made(world, shows("raise KeyError('x')"))
    anna, ada = visit("anna"), visit("ada")
    anna.get(f"{anna.home}/work/proef.punt")

    def refuse(one: Any) -> None:
        one.addon_days = 0
        for name in ("proef", "hrm"):
            post(one, EVENT, {"addon": name, "event": "x", "key": "k", "person": "other",
                              "data": {}}, at=AT)

    world.within(refuse)
    assert len(faults(world)) == len(waiting(world)) == 1
    ada.get("/addons/proef/remove").forms["form"].submit("remove", status=303)
    next(form for form in ada.get("/addons/proef").forms.values()
         if form.action.endswith("export")).submit()
    form = ada.get("/addons/proef/destroy").forms["form"]
    form["typed"] = "proef"
    form.submit("destroy", status=303)
    assert faults(world) == waiting(world) == []
    others = world.within(lambda one: [item for _number, item in one.outbox.items()
                                       if item["kind"] == EVENT])
    assert [item["data"]["addon"] for item in others] == ["hrm"]


def test_after_thirty_days_what_was_before_goes(world: Any) -> None:
    made(world, "")
    put(world, "a", {"n": 1})
    world.write(STEP, "1.1.0")
    world.start()
    upgrade(world)
    world.within(lambda one: let_go(one, AT + 29 * DAY))
    assert "before" in kept(world, "a")[1]
    world.run_jobs(AT + 31 * DAY)
    present, others = kept(world, "a")
    assert present[1] == {"n": 1, "team": "x"} and others == {}
    assert world.within(lambda one: one.addons["proef"].undo) is None


def test_after_thirty_days_what_was_replaced_after_an_undo_goes(world: Any) -> None:
    made(world, "")
    put(world, "a", {"n": 1})
    world.write(STEP, "1.1.0")
    world.start()
    upgrade(world)
    undo(world)
    put(world, "a", {"n": 2})
    world.within(lambda one: let_go(one, AT + 29 * DAY))
    assert "beside" in kept(world, "a")[1]
    world.within(lambda one: let_go(one, AT + 31 * DAY))
    assert kept(world, "a") == (("1.0.0", {"n": 2}, 1), {})
