"""The files of a draft as its form holds them: looked at, put in order, left out."""

from __future__ import annotations

from datetime import datetime

import deform
from chameleon.utils import Markup
from pyramid.request import Request

from lms_leiderschap.errors import Refusal
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.submission.actions import attach, detach, move_file
from lms_leiderschap.submission.model import Work
from lms_leiderschap.submission.schema import allowed_kinds
from lms_leiderschap.submission.upload import FileKind, FileProblem, clean_name, look_at
from lms_leiderschap.texts import _


class ChosenFiles:
    """What a person chose, took out and put in order on the page.

    wanted  ids in reading order. A file that another page added meanwhile stays, at the end
    """

    def __init__(self, work: Work, request: Request) -> None:
        self.work, self.request = work, request
        self.before = work.chosen
        self.wanted: list[str] = list(work.chosen)
        self._new: dict[str, tuple[StoredFile, FileKind]] = {}

    def known(self, file_id: str) -> StoredFile | None:
        """A file that belongs to the draft already."""
        return self.work.files.get(file_id) if file_id in self.before else None

    def look(self, form: deform.Form) -> None:
        """Read the choice from the form, and look into every new file.

        Raises Refusal (field "files") that names those that cannot be taken; the others stay.
        """
        listed = form.cstruct["files"]
        gone = self._gone(form)
        self.wanted = [*listed, *(file_id for file_id in self.before
                                  if file_id not in listed and file_id not in gone)]  # fmt: skip
        problems = dict(filter(None, map(self._problem, self.wanted)))
        if problems:
            self.wanted = [file_id for file_id in self.wanted if file_id not in problems]
            form.cstruct = {**form.cstruct, "files": self.wanted}
            raise Refusal(" ".join(problems.values()), "files")

    def _problem(self, file_id: str) -> tuple[str, str] | None:
        upload = self.request.staged_file(file_id) if file_id not in self.before else None
        if upload is None:
            return None
        try:
            with upload.open() as source:
                kind = look_at(source, upload.name, allowed_kinds(self.work))
        except FileProblem as problem:
            sentence = self.request.localizer.translate(problem.message)
            return file_id, f"{clean_name(upload.name)}: {sentence}"
        self._new[file_id] = (upload, kind)
        return None

    def sent(self) -> list[StoredFile]:
        """The wanted files, those that were received just now too."""
        found = [self.known(file_id) or self.request.staged_file(file_id)
                 for file_id in self.wanted]  # fmt: skip
        return [file for file in found if file is not None]

    def arrange(self, *, by: str, at: datetime) -> None:
        """Make the draft hold the wanted files in the wanted order."""
        for file_id in self.before:
            if file_id not in self.wanted:
                detach(self.work, file_id, by=by, at=at)
        for upload, kind in self._new.values():
            attach(self.work, upload, name=clean_name(upload.name, kind),
                   media_type=kind.media_type, by=by, at=at)  # fmt: skip
        for place, file_id in enumerate(self.wanted):
            if file_id in self.work.chosen:
                move_file(self.work, file_id, place - self.work.chosen.index(file_id))

    def _gone(self, form: deform.Form) -> set[str]:
        """Ids of files that were left out, on this page or before it was refused."""
        earlier = form.cstruct["gone"]
        marks = self.request.POST.getall("received") if self.request.method == "POST" else ()
        gone = {mark[1:] for mark in marks if isinstance(mark, str) and mark.startswith("-")}
        return gone | set(earlier.split() if isinstance(earlier, str) else ())

    def drawn(self, form: deform.Form) -> Markup:
        """The files with the field for more, and what was left out before."""
        field, gone = form["files"], form["gone"]
        gone.cstruct = " ".join(sorted(self._gone(form)))
        size, translate = self.request.registry.lms.file_max, self.request.localizer.translate
        shown = field.widget.drawn(field)
        too_large = _(
            "{name} is larger than ${size} MB. Make the file smaller and choose it again.",
            mapping={"size": size // 2**20},
        )
        shown.control |= {"data-max-bytes": str(size), "data-too-large": translate(too_large)}
        html: Markup = field.renderer("fields", fields=[shown, gone.widget.drawn(gone)])
        return html
