"""What a person gets of themselves: all that is theirs, and nothing of anybody else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lms_leiderschap.progress.privacy import export_person
from tests.access.who_may import OWNERS
from tests.access.world import PEOPLE, WORDS, changing

WORD = WORDS["noord"]


@pytest.mark.promise("E6")
@pytest.mark.parametrize("who", PEOPLE)
def test_an_export_is_all_of_ones_own_and_nothing_of_others(
    registry: Any, world: Any, asker: Any, figure: Any, who: str
) -> None:
    """The same people may read a piece of work as have it in their export."""
    asker(who)
    with changing(registry) as institution:
        person_id = institution.emails[f"{who}@noord.test"]
        kept = registry.side.export("noord", person_id)
        found = export_person(institution.people[person_id], kept)
    text = json.dumps(found, ensure_ascii=False)
    own = {whose for whose, owners in OWNERS.items() if who in owners}
    things = {sentence.format(word=WORD, whose=whose): whose for whose in OWNERS
              for sentence in ("Wat {word} {whose} deed.", "{word} {whose}.pdf")}  # fmt: skip
    missing = [thing for thing, whose in things.items() if whose in own and thing not in text]
    others = [thing for thing, whose in things.items() if whose not in own and thing in text]
    others += [other for other in PEOPLE if other != who and f"{other}@noord.test" in text]
    assert found["person"]["email"] == f"{who}@noord.test" and len(found["sessions"]) == 1
    assert bool(found["feedback"]) == (who == "pieter")
    figure(f"things of {who} that are not in the export", len(missing), "things", at_most=0)
    figure(f"things of others that are in the export of {who}", len(others), "things", at_most=0)
