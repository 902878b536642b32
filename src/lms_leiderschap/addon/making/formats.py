"""The report format and the rubric of one assignment: from rows of a form to a file, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lms_leiderschap.addon.making.writing import FolderFiles, Table, free_key, line, settle, tidy
from lms_leiderschap.feedback.spec import DEFAULT_LEVELS

Row = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]


def part_rows(files: FolderFiles, path: str) -> list[Row]:
    """Parts as rows: key, title, guidance, optional, min_words."""
    return [
        {
            "key": part["key"],
            "title": line(files.text(part.get("title", ""))),
            "guidance": tidy(files.text(part.get("guidance", ""))),
            "optional": not part.get("required", True),
            "min_words": part.get("min_words", 0),
        }
        for part in _rows(files, path, "parts")
    ]


def write_parts(files: FolderFiles, path: str, title: str, rows: Rows) -> None:
    """Write the rows as the parts of a report format; without rows and without a file nothing.

    A sentence of the author about when a part is filled names the number of words, so it goes
    when that number changes.
    """
    if part_rows(files, path) == list(rows):
        return
    former = {part["key"]: part for part in _rows(files, path, "parts")}
    taken, parts = set(former), []
    for row in rows:
        part = dict(former.get(row["key"], {"key": free_key(row["title"], taken)}))
        taken.add(part["key"])
        name = f"{_stem(path)}-{part['key']}"
        title_now = files.written(part.get("title", ""), row["title"], name, line)
        settle(part, "title", title_now)
        settle(part, "guidance", files.written(part.get("guidance", ""), row["guidance"], name))
        settle(part, "required", not row["optional"], True)
        if part.get("min_words", 0) != row["min_words"]:
            part["min_words"] = row["min_words"]
            part.pop("complete_text", None)
        parts.append(part)
    data = files.table(path) if path in files else _new(files, path, "report", title)
    files.put(path, {**data, "parts": parts})


def level_titles(files: FolderFiles, path: str) -> list[tuple[str, str]]:
    """(key, title) of the levels of a rubric, lowest first; those of the core without a file."""
    rubric = files.table(path)["rubric"] if path in files else {}
    if "levels" not in rubric:
        return [(level.key, level.title) for level in DEFAULT_LEVELS]
    return [(level["key"], line(files.text(level["title"]))) for level in rubric["levels"]]


def criterion_rows(files: FolderFiles, path: str) -> list[Row]:
    """Criteria as rows: key, title, hint, and level_0, level_1, … with one sentence each."""
    levels = [key for key, _title in level_titles(files, path)]
    return [
        {
            "key": row["key"],
            "title": line(files.text(row.get("title", ""))),
            "hint": line(files.text(row.get("hint", ""))),
            **{
                f"level_{place}": tidy(files.text(row.get("levels", {}).get(level, "")))
                for place, level in enumerate(levels)
            },
        }
        for row in _rows(files, path, "criteria")
    ]


def write_criteria(files: FolderFiles, path: str, title: str, rows: Rows) -> None:
    """Write the rows as the criteria of a rubric; without rows and without a file nothing."""
    if criterion_rows(files, path) == list(rows):
        return
    levels = [key for key, _title in level_titles(files, path)]
    former = {row["key"]: row for row in _rows(files, path, "criteria")}
    taken, criteria = set(former), []
    for row in rows:
        criterion = dict(former.get(row["key"], {"key": free_key(row["title"], taken)}))
        taken.add(criterion["key"])
        name = f"{_stem(path)}-{criterion['key']}"
        for word in ("title", "hint"):
            text = files.written(criterion.get(word, ""), row[word], name, line)
            settle(criterion, word, text)
        said = dict(criterion.get("levels", {}))
        for place, level in enumerate(levels):
            text = files.written(said.get(level, ""), row[f"level_{place}"], name)
            settle(said, level, text)
        settle(criterion, "levels", said, {})
        criteria.append(criterion)
    data = files.table(path) if path in files else _new(files, path, "rubric", title)
    files.put(path, {**data, "criteria": criteria})


def _rows(files: FolderFiles, path: str, name: str) -> list[Table]:
    return list(files.table(path).get(name, [])) if path in files else []


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".toml")


def _new(files: FolderFiles, path: str, kind: str, title: str) -> Table:
    name = files.written("", title, _stem(path), line)
    return {"schema": f"{kind}/1", kind: {"key": _stem(path), "title": name}}
