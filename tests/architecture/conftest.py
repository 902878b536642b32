"""An institution in which something of everything happened."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
import transaction

from lms_leiderschap.addon.actions import switch_on
from lms_leiderschap.addon.data_actions import put_records
from lms_leiderschap.addon.receiving import checked_folder, receive_folder
from lms_leiderschap.feedback.actions import add_remark, keep_feedback, make_ready, release
from lms_leiderschap.group.actions import form_group
from lms_leiderschap.institution.addon import AddOn, AddOns
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.store.folder import path_of
from lms_leiderschap.store.root import institution_in
from lms_leiderschap.submission.actions import attach, prepare_work, submit
from lms_leiderschap.submission.blocks import blocks_from_text
from tests.addon.zips import bundle


@pytest.fixture
def places(registry: Any, now: datetime) -> dict[type, str]:
    """One address per kind of resource: Anna's work with a version, a file and feedback.

    There is mail that waits, an audit log that is sealed in part, and a group that handed in.
    """
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    connection = registry.databases.connect(registry.lms.institutions[0], manager)
    tree = institution_in(connection)
    edition = tree.programmes["plg-leergang"].editions["2026"]
    anna, pieter = (tree.emails[f"{who}@noord.test"] for who in ("anna", "pieter"))
    enrolment = edition.enrolments[edition.by_person[anna]]
    work = enrolment.work["hrm.ink-met-medewerkers"]
    file = StoredFile("", "", now)
    file.fill(BytesIO(b"%PDF-1.4"), connection)
    attach(work, file, name="a.pdf", media_type="application/pdf", by=anna, at=now)
    blocks = blocks_from_text("Wat ik deed.")
    submission = submit(
        work, {"situation": ({"blocks": blocks}, 0)}, key="k", by=anna, at=now,
        without=[part.key for part in work.report.parts], notify=registry.notify,
    )  # fmt: skip
    group = form_group(edition, "Leerteam", "learning_team", [enrolment], by="system", at=now,
                       notify=registry.notify)  # fmt: skip
    prepare_work(group, [work.key])
    submit(
        group.work[work.key], {"situation": ({"blocks": blocks}, 0)}, key="k", by=anna, at=now,
        without=[part.key for part in work.report.parts], notify=registry.notify,
    )  # fmt: skip
    tree.audit.seal()
    anchor = {"version": submission.id, "part": "situation", "block": blocks[0]["id"],
              "start": 0, "end": 3, "quote": "Wat"}  # fmt: skip
    remark = add_remark(submission, pieter, "strong", "Mooi", anchor, at=now)
    feedback = keep_feedback(submission, pieter, notes={}, choices={}, steps=["Door"],
                             decision="returned", until=now.replace(year=now.year + 1).isoformat(),
                             serial=None, at=now)  # fmt: skip
    make_ready(feedback, at=now, notify=registry.notify)
    release(feedback, by=pieter, at=now, notify=registry.notify)
    found = {
        type(resource): "/" + "/".join(path_of(resource))
        for resource in (edition, enrolment, work, submission, remark, feedback,
                         work.files[file.id], next(iter(edition.meetings.values())))
    }  # fmt: skip
    plugin, sender = checked_folder(tree, registry.shelves, bundle())
    receive_folder(tree, bundle(), plugin, sender, connection=connection, by="system", at=now)
    switch_on(tree, "samen", by="system", at=now)
    put_records(tree.kept_addons().named("samen"), {("samen", anna): ({"asked": True}, 1)}, at=now)
    manager.commit()
    connection.close()
    return found | {Institution: "", AddOns: "/addons", AddOn: "/addons/samen"}
