"""The data of a run: a large institution, drafts to hand in, versions full of remarks."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from server import write_settings

from lms_leiderschap.app import configure
from lms_leiderschap.cli import settings_of
from lms_leiderschap.demo.bulk import fill_bulk, participant_email, teacher_email
from lms_leiderschap.demo.sample import Sample, reports_of, text_parts
from lms_leiderschap.feedback.actions import add_remark
from lms_leiderschap.feedback.model import REMARK_KINDS
from lms_leiderschap.feedback.queue import queue
from lms_leiderschap.people.actions import person_with
from lms_leiderschap.store.folder import find, path_of
from lms_leiderschap.submission.actions import save_part
from lms_leiderschap.web.html import plain_text
from lms_leiderschap.web.security import COOKIE

LONG, REMARKS, MOST_LONG, MOST_PEOPLE = 3000, 20, 40, 400
TARGETS = "targets.json"


@dataclass
class Targets:
    """What the steps are driven at.

    participants  (email, address of a piece of work with a draft), in one edition
    teachers      addresses of those who teach that edition
    long          (email of the teacher whose remarks they are, address of a version)
    waiting       addresses of other versions that wait for feedback
    words         to write with
    """

    participants: list[tuple[str, str]]
    teachers: list[str]
    long: list[tuple[str, str]]
    waiting: list[str]
    words: list[str]


def write_targets(directory: Path, targets: Targets) -> None:
    (directory / TARGETS).write_text(json.dumps(asdict(targets)), "utf-8")


def read_targets(directory: Path) -> Targets:
    """What an earlier run was driven at: its data was kept."""
    found = json.loads((directory / TARGETS).read_text("utf-8"))
    pairs = {name: [tuple(pair) for pair in found.pop(name)] for name in ("participants", "long")}
    return Targets(**pairs, **found)


def make_data(ini: Path, participants: int, submissions: int) -> Targets:
    """Fill the database of an ini file and say where to go in it."""
    registry = configure(settings_of(str(ini))).registry
    try:
        fill_bulk(registry, participants, submissions)
        return registry.jobs.within(registry.lms.institutions[0],
                                    lambda institution: _targets(institution, registry))
    finally:
        registry.databases.close()
        registry.side.close()


def sign_in_all(ini: Path, emails: list[str]) -> dict[str, dict[str, str]]:
    """Cookies of everybody, signed in without the password: that is no part of a step."""
    registry = configure(settings_of(str(ini))).registry
    entry, now = registry.lms.institutions[0], datetime.now(UTC)
    try:
        people = registry.jobs.within(entry, lambda institution: {
            email: (found.__name__, found.epoch) for email in emails
            if (found := person_with(institution, email))})
        return {email: {COOKIE: registry.side.begin_session(entry.key, person, now,
                                                            method="password", epoch=epoch)}
                for email, (person, epoch) in people.items()}
    finally:
        registry.databases.close()
        registry.side.close()


def _targets(institution: Any, registry: Any) -> Targets:
    programme = next(iter(institution.programmes.values()))
    edition = programme.editions["groep-1"]
    sample = Sample(registry.jobs.at, registry.notify)
    emails = [participant_email(number + 1) for number in range(len(edition.enrolments))]
    people = [(email, _work_of(institution, email)) for email in emails[:MOST_PEOPLE + MOST_LONG]]
    # The last ones handed in something long; a tenth at most, so that a small run has both.
    count = min(MOST_LONG, max(1, len(people) // 10))
    teachers = [teacher_email(number + 1) for number in range(len(edition.teachers))]
    waiting = [row["path"] for _key, row in queue(edition, "waiting").first(300)]
    long = [(email, _long(work, person_with(institution, email).__name__, sample))
            for (_email, work), email in zip(people[-count:], cycle(teachers), strict=False)]
    for _email, work in people[:-count]:
        part = text_parts(edition, work.key)[0]
        save_part(work, part, {"blocks": sample.blocks(1, 40), "in_file": False}, serial=None,
                  by=work.holder.person_id, at=sample.now)
    for number, _entry in list(institution.outbox.items()):
        institution.outbox.drop(number)  # nobody waits for this mail
    institution.audit.seal()
    return Targets([(email, _address(work)) for email, work in people[:-count]], teachers, long,
                   [f"/{path}/" for path in waiting], sample.words)


def _work_of(institution: Any, email: str) -> Any:
    path = next(iter(person_with(institution, email).enrolments))
    enrolment = find(institution, tuple(path.split("/")))
    return enrolment.work[reports_of(enrolment.edition)[0]]


def _long(work: Any, author: str, sample: Sample) -> str:
    at = sample.now - timedelta(days=1)
    submission = sample.hand_in(work, 0, LONG, at)
    places = [(part, block) for part, answer in submission.answers.items()
              for block in answer.get("blocks", ())]
    for place, (part, block) in enumerate(islice(cycle(places), REMARKS)):
        text = plain_text(block["html"])
        anchor = {"version": submission.id, "part": part, "block": block["id"],
                  "start": 10, "end": 60, "quote": text[10:60]}
        add_remark(submission, author, REMARK_KINDS[place % len(REMARK_KINDS)],
                   "Hier wordt helder wat u zag; noem ook wat het team ervan vond.", anchor, at=at)
    return _address(submission)


def _address(resource: Any) -> str:
    return "/" + "/".join(path_of(resource)) + "/"


def main() -> None:
    """data.py DIR PARTICIPANTS SUBMISSIONS: what `run.py --data` and `inside.py` work on."""
    directory, people, submissions = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    directory.mkdir(parents=True)
    write_targets(directory, make_data(write_settings(directory), people, submissions))


if __name__ == "__main__":
    main()
