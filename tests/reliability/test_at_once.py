"""One form sent many times: at the same moment, and once more when it was answered long ago."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

import pytest

from tests.reliability import live
from tests.reliability.crowd import AT_ONCE, Crowd, Pressed, release_of, released_on

# Each form goes out twice at once and once more later: over 10,000 sends of hand-ins at the end.
PEOPLE = {"commit": 16, "nightly": 45, "release": 420}
EACH = {"commit": 1, "nightly": 8, "release": 8}
LEAST = {"commit": 40, "nightly": 1_000, "release": 10_000}  # sends of hand-ins
BUTTONS = ("hand_in", "ready", "release")
Sends = dict[str, list[Pressed]]


@pytest.mark.slow
@pytest.mark.part("load")
@pytest.mark.promise("A3", "A9", "B1")
def test_what_is_sent_again_and_again_is_there_once(
    tmp_path: Path, tier: str, figure: Callable[..., None]
) -> None:
    crowd = Crowd(tmp_path, PEOPLE[tier])
    own = groupby(crowd.sheets, lambda sheet: sheet.email)
    sheets = [sheet for _email, all_of_one in own for sheet in [*all_of_one][: EACH[tier]]]

    def press(forms: Sequence[live.Sent], button: str) -> list[Pressed]:
        first, _seconds = crowd.all_at_once(forms, button, twice=1)
        again, _seconds = crowd.all_at_once(forms, button, twice=0)
        return [_together(*pair) for pair in zip(first, again, strict=True)]

    sends = _sends(crowd, sheets, press)
    _hold(figure, crowd, sends)
    for button in BUTTONS:
        count = sum(len(done.statuses) for done in sends[button])
        least = LEAST[tier] if button == "hand_in" else LEAST[tier] // 3
        figure(f"{button}: sends", count, "sends", at_least=least)
    figure("hand-ins", len(sends["hand_in"]), "forms")
    figure("feedbacks", len(sends["ready"]), "forms")


@pytest.mark.slow
@pytest.mark.promise("A3", "A9")
def test_fifty_at_once_with_one_key(tmp_path: Path, figure: Callable[..., None]) -> None:
    crowd = Crowd(tmp_path, 1)
    sends = _sends(crowd, crowd.sheets[:1],
                   lambda forms, button: [crowd.press(sent, button, AT_ONCE) for sent in forms])
    _hold(figure, crowd, sends)
    for button in BUTTONS:
        [done] = sends[button]
        figure(f"{button}: sends at once", len(done.statuses), "sends", at_least=AT_ONCE)


def _sends(crowd: Crowd, sheets: Sequence[live.Sheet],
           press: Callable[[Sequence[live.Sent], str], list[Pressed]]) -> Sends:  # fmt: skip
    """What became of all forms: handed in, feedback on each made ready, and released.

    At the end the feedback is sent once more, to versions that are settled by then.
    """
    try:
        handed_in = press(crowd.drawn(sheets), "hand_in")
        statuses = Counter(status for done in handed_in for status in done.statuses)
        assert set(statuses) == {303}, statuses
        places = [min(done.places) for done in handed_in]
        feedback = crowd.feedback([place.removesuffix("receipt") for place in places])
        ready = press(feedback, "ready")
        freed = press([release_of(sent) for sent in feedback], "release")
        late, _seconds = crowd.all_at_once(feedback, "ready", twice=0)
    finally:
        crowd.server.stop()
    ready = [_together(*pair) for pair in zip(ready, late, strict=True)]
    return dict(zip(BUTTONS, (handed_in, ready, freed), strict=True))


def _together(first: Pressed, again: Pressed) -> Pressed:
    return Pressed(first.sent, first.statuses + again.statuses, first.places | again.places,
                   first.times + again.times)  # fmt: skip


def _hold(figure: Callable[..., None], crowd: Crowd, sends: Sends) -> None:
    for button, done in sends.items():
        wrong = Counter(status for each in done for status in each.statuses if status != 303)
        figure(f"{button}: answers that are no success", wrong.total(), "answers", at_most=0)
    handed_in = sends["hand_in"]
    figure("forms with two receipts", sum(len(done.places) != 1 for done in handed_in), "forms",
           at_most=0)  # fmt: skip
    addresses = [done.sent.sheet.path for done in sends["ready"]]
    with live.opened(crowd.ini) as registry:
        kept = [live.kept(registry, done.sent.sheet) for done in handed_in]
        given = live.within(registry, lambda one: [released_on(one, at) for at in addresses])
    doubled = sum(len(versions) > 1 for versions in kept)
    figure("hand-ins doubled", doubled, "hand-ins", at_most=0)
    wrong = sum(versions != [[done.sent.sha256]]
                for done, versions in zip(handed_in, kept, strict=True))
    figure("hand-ins that are not there once and whole", wrong, "hand-ins", at_most=0)
    figure("feedbacks that are not there once", sum(count != 1 for count in given), "feedbacks",
           at_most=0)  # fmt: skip
