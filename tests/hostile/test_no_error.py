"""Whatever is sent, to any page by anybody: an answer of ours, and never an error of the server."""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from typing import Any

import pytest

from tests.hostile.corpus import Attacker, told
from tests.hostile.doors import Site

SEED = 20_261_125
FRESH_AFTER = 400  # attacks after which all that they wrote is undone


RANDOM = pytest.param("random", marks=pytest.mark.tier("nightly"))


@pytest.mark.promise("C1")
@pytest.mark.parametrize("chosen", ["fixed", RANDOM])
def test_no_input_makes_an_error(
    site: Site, chosen: str, tier: str, figure: Any, caplog: pytest.LogCaptureFixture
) -> None:
    seed = SEED if chosen == "fixed" else secrets.randbits(32)
    print(f"the seed is {seed}")
    number = {"commit": 800, "nightly": 20_000, "release": 40_000}[tier]
    caplog.set_level(logging.ERROR)
    doors = site.doors()
    site.keep()
    wrong, counted = [], Counter[str]()
    for turn, attack in enumerate(Attacker(doors, seed).attacks(number)):
        caplog.clear()
        what, who, path, method, body, kind, environ = attack
        answer = site.ask(who, path, method, body, kind, **environ)
        counted[f"{what} {answer.status_int}"] += 1
        if answer.status_int >= 500:
            wrong.append({"status": answer.status_int, **told(attack), "log": caplog.text[-1500:]})
        if turn % FRESH_AFTER == FRESH_AFTER - 1 or not site.is_signed_in(who):
            site.put_back()
        assert answer.headers["X-Content-Type-Options"] == "nosniff", told(attack)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"], told(attack)
    print(sorted(counted.items()))
    figure("doors", len(doors), "forms and pages", at_least=400)
    figure("sent", sum(counted.values()), "requests", at_least=number)
    figure("errors of the server", len(wrong), "answers 5xx", at_most=0)
