"""The assignments of a module: from what a form asks to what stands in the files, and back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from lms_leiderschap.addon.making.formats import (
    criterion_rows,
    part_rows,
    write_criteria,
    write_parts,
)
from lms_leiderschap.addon.making.modules import Values, module_keys, module_path
from lms_leiderschap.addon.making.writing import (
    FolderFiles,
    Table,
    free_key,
    free_name,
    line,
    settle,
    tidy,
)

OWN = ":own"  # no key can be this: the format that only this assignment uses
MEETING_RULES = ("before_meeting", "on_meeting")
_FOLDERS = {"report": "reports", "rubric": "rubrics"}
_ROWS = {"report": "parts", "rubric": "criteria"}


def assignment_keys(files: FolderFiles, module: str) -> list[str]:
    """Keys of the assignments of a module in their order."""
    return [item["key"] for item in _items(files, module)]


def add_assignment(
    files: FolderFiles, module: str, title: str, taken: Collection[str] = ()
) -> str:
    """An assignment with a title on which feedback is given, at the end; its key.

    taken  keys that it may not get: work may hang on them
    """
    data = files.table(module_path(module))
    key = free_key(title, {*taken, *assignment_keys(files, module)}, "opdracht")
    name = files.written("", title, f"{module}-{key}", line)
    data["assignments"] = [
        *data.get("assignments", []), {"key": key, "title": name, "feedback_required": True},
    ]  # fmt: skip
    files.put(module_path(module), data)
    return key


def remove_assignment(files: FolderFiles, module: str, key: str) -> None:
    """Take out an assignment with its own formats, and the products that only it makes."""
    own = {kind: own_path(files, module, key, kind) for kind in _FOLDERS}
    data = files.table(module_path(module))
    data["assignments"] = [item for item in data["assignments"] if item["key"] != key]
    gone = {row["key"] for row in data.get("products", []) if row.get("made_by") == key}
    if gone:
        data["products"] = [row for row in data["products"] if row["key"] not in gone]
        named = data["module"].get("hands_on", [])
        settle(data["module"], "hands_on", [word for word in named if word not in gone], [])
    files.put(module_path(module), data)
    for kind, path in own.items():
        _drop_unused(files, kind, path)


def remove_module(files: FolderFiles, key: str) -> None:
    """Take out a module with its assignments and their own formats."""
    for assignment in assignment_keys(files, key):
        remove_assignment(files, key, assignment)
    files.remove(module_path(key))


def own_path(files: FolderFiles, module: str, key: str, kind: str) -> str:
    """Where the report format or rubric of one assignment lies: what it names when no other
    assignment of the folder does, otherwise a file of its own name that may not be there yet.

    kind  "report" or "rubric"
    """
    name = _item(files, module, key).get(kind, "")
    path = f"{_FOLDERS[kind]}/{name}.toml"
    if name and path in files and _times_used(files, kind, name) == 1:
        return path
    used = {item.get(kind, "") for item in _all_items(files)}
    return f"{_FOLDERS[kind]}/{free_name(f'{module}-{key}', used)}.toml"


def due_of(item: Table, module: str) -> str:
    """When an assignment is due as one word: the rule, with the module whose meeting it names."""
    due = item.get("due", {})
    rule: str = due.get("rule", "free")
    return f"{rule}:{due.get('meeting') or module}" if rule in MEETING_RULES else rule


def assignment_values(files: FolderFiles, module: str, key: str) -> Values:
    """What the form of an assignment asks.

    due       see due_of
    report, rubric  OWN, the key of a shared one, or "" for none
    parts, criteria rows of the own ones (writing_formats)
    """
    item = _item(files, module, key)
    report, rubric = (own_path(files, module, key, kind) for kind in _FOLDERS)
    return {
        "title": line(files.text(item["title"])),
        "brief": tidy(files.text(item.get("brief", ""))),
        "kind": item.get("kind", "action_learning"),
        "due": due_of(item, module),
        "feedback": item.get("feedback_required", bool(item.get("report", ""))),
        "report": _chosen(item.get("report", ""), report),
        "parts": part_rows(files, report),
        "rubric": _chosen(item.get("rubric", ""), rubric),
        "criteria": criterion_rows(files, rubric),
    }


def write_assignment(
    files: FolderFiles, module: str, key: str, values: Mapping[str, Any]
) -> None:
    """The same values back into the file of the module and the files of the own formats.

    Rows of an own format are kept also while a shared one is chosen; an own one without rows is
    none.
    """
    own = {kind: own_path(files, module, key, kind) for kind in _FOLDERS}
    write_parts(files, own["report"], values["title"], values["parts"])
    write_criteria(files, own["rubric"], values["title"], values["criteria"])
    data = files.table(module_path(module))
    item = next(row for row in data["assignments"] if row["key"] == key)
    name = f"{module}-{key}"
    item["title"] = files.written(item["title"], values["title"], f"{name}-titel", line)
    settle(item, "brief", files.written(item.get("brief", ""), values["brief"], name))
    settle(item, "kind", values["kind"], "action_learning")
    if values["due"] != due_of(item, module):
        rule, _colon, meeting = values["due"].partition(":")
        item["due"] = {"rule": rule} | ({"meeting": meeting} if meeting else {})
    for kind, path in own.items():
        mine = _stem(path) if values[_ROWS[kind]] else ""
        settle(item, kind, mine if values[kind] == OWN else values[kind])
    settle(item, "feedback_required", values["feedback"], bool(item.get("report", "")))
    files.put(module_path(module), data)
    for kind, path in own.items():
        if not values[_ROWS[kind]]:
            _drop_unused(files, kind, path)


def _items(files: FolderFiles, module: str) -> list[Table]:
    return list(files.table(module_path(module)).get("assignments", []))


def _item(files: FolderFiles, module: str, key: str) -> Table:
    """KeyError when the module has no such assignment."""
    for item in _items(files, module):
        if item["key"] == key:
            return item
    raise KeyError(key)


def _chosen(named: str, path: str) -> str:
    return OWN if named and named == _stem(path) else named


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".toml")


def _all_items(files: FolderFiles) -> Iterator[Table]:
    return (item for module in module_keys(files) for item in _items(files, module))


def _times_used(files: FolderFiles, kind: str, name: str) -> int:
    return sum(item.get(kind, "") == name for item in _all_items(files))


def _drop_unused(files: FolderFiles, kind: str, path: str) -> None:
    """Take out a format that no assignment names any more."""
    if path in files and not _times_used(files, kind, _stem(path)):
        files.remove(path)
