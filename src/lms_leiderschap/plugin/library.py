"""Report formats and rubrics that no single module owns; the core brings them itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from lms_leiderschap.feedback.spec import RubricSpec
from lms_leiderschap.plugin.folder import read_reports, read_rubrics
from lms_leiderschap.submission.spec import ReportSpec


@dataclass(frozen=True, slots=True)
class Library:
    """What any module may use without bringing it."""

    reports: Sequence[ReportSpec] = ()
    rubrics: Sequence[RubricSpec] = ()


@cache
def read_library() -> Library:
    """The library of this version of the core, from ``lms_leiderschap/library/``."""
    root = files("lms_leiderschap") / "library"
    return Library(tuple(read_reports(root)), tuple(read_rubrics(root)))
