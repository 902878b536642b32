"""A folder and its modules: from what a form asks to what stands in the files, and back.

Values are those of the form: texts as the form tidies them, lists of texts or of rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from lms_leiderschap.addon.making.tools import (
    book_rows,
    other_tools,
    share_titles,
    tool_rows,
    write_books,
    write_tools,
)
from lms_leiderschap.addon.making.writing import (
    HEAD,
    FolderFiles,
    Table,
    free_key,
    line,
    matched,
    settle,
    tidy,
)
from lms_leiderschap.programme.spec import WORK_PHASES

Values = dict[str, Any]
SENTENCES = ("personal", "mails")


def new_folder(name: str, values: Mapping[str, str], module: str) -> FolderFiles:
    """A folder with an empty module.

    values  title, author, licence
    module  key of the module; its title is that of the folder
    """
    files = FolderFiles({})
    head = {"schema": "plugin/1", "name": name, "version": "1.0.0", "api": 1}
    files.put(HEAD, {**head, **{word: values[word] for word in values if values[word]}})
    add_module(files, module, values["title"])
    return files


def head_values(files: FolderFiles) -> Values:
    """Title, author and licence of the folder, and the sentences `personal` and `mails`."""
    head = files.table(HEAD)
    words = {word: line(head.get(word, "")) for word in ("title", "author", "licence")}
    return words | {word: [line(said) for said in head.get(word, [])] for word in SENTENCES}


def write_head(files: FolderFiles, values: Mapping[str, Any]) -> None:
    """The same values back into the head of the folder."""
    head, now = files.table(HEAD), head_values(files)
    for word, value in values.items():
        if now[word] != value:
            settle(head, word, value)
    files.put(HEAD, head)


def write_version(files: FolderFiles, version: str, changes: str) -> None:
    """Give the folder a version, with what changed in it; "" leaves what is said about that."""
    head = files.table(HEAD)
    head["version"] = version
    if changes:
        head["changes"] = {**head.get("changes", {}), version: changes}
    files.put(HEAD, head)


def module_path(key: str) -> str:
    return f"modules/{key}.toml"


def module_keys(files: FolderFiles) -> list[str]:
    """Keys of the modules in the order of their files."""
    found = files.paths("modules")
    return [path.removeprefix("modules/").removesuffix(".toml") for path in found]


def add_module(files: FolderFiles, key: str, title: str) -> None:
    """A module with nothing in it yet."""
    name = files.written("", title, key, line)
    files.put(module_path(key), {"schema": "module/1", "module": {"key": key, "title": name}})


def module_values(files: FolderFiles, key: str) -> Values:
    """What the form of a module asks: title, learning_goals, insights, before, on, after, and

    tools        rows of those that it describes itself
    instruments  keys of the others that it names
    literature   rows of its reading list
    """
    data = files.table(module_path(key))
    module, form = data["module"], data["module"].get("work_form", {})
    return {
        "title": line(files.text(module["title"])),
        "learning_goals": [tidy(files.text(goal["text"])) for goal in _goals(module)],
        "insights": [line(files.text(text)) for text in module.get("insights", [])],
        "tools": tool_rows(files, data),
        "instruments": other_tools(data),
        "literature": book_rows(files, data),
        **{phase: tidy(files.text(form.get(phase, ""))) for phase in WORK_PHASES},
    }


def write_module(
    files: FolderFiles, key: str, values: Mapping[str, Any], taken: Collection[str] = ()
) -> None:
    """The same values back into the file of the module.

    taken  keys that a new tool may not get: another tool has or had them
    """
    data = files.table(module_path(key))
    module = data["module"]
    module["title"] = files.written(module["title"], values["title"], f"{key}-titel", line)
    _write_goals(files, key, module, values["learning_goals"])
    _write_insights(files, key, module, values["insights"])
    write_tools(files, data, values["tools"], values["instruments"], taken)
    write_books(files, data, values["literature"])
    form = dict(module.get("work_form", {}))
    for phase in WORK_PHASES:
        text = files.written(form.get(phase, ""), values[phase], f"{key}-{phase}")
        settle(form, phase, text)
    settle(module, "work_form", form, {})
    files.put(module_path(key), data)
    share_titles(files, module_path(key))


def _goals(module: Table) -> list[Table]:
    goals = module.get("learning_goals", [])
    if isinstance(goals, dict):
        return [{"key": key, "text": text} for key, text in goals.items()]
    return list(goals)


def _write_goals(files: FolderFiles, key: str, module: Table, texts: list[str]) -> None:
    former = _goals(module)
    shown = [tidy(files.text(goal["text"])) for goal in former]
    if texts == shown:
        return
    found, taken = [], {goal["key"] for goal in former}
    for text, place in zip(texts, matched(shown, texts), strict=True):
        goal = dict(former[place]) if place is not None else {"key": "", "text": ""}
        goal["key"] = goal["key"] or free_key(" ".join(text.split()[:4]), taken, "doel")
        taken.add(goal["key"])
        goal["text"] = files.written(goal["text"], text, f"{key}-{goal['key']}")
        found.append(goal)
    module["learning_goals"] = found


def _write_insights(files: FolderFiles, key: str, module: Table, texts: list[str]) -> None:
    former = module.get("insights", [])
    shown = [line(files.text(text)) for text in former]
    if texts == shown:
        return
    places = matched(shown, texts)
    module["insights"] = [
        files.written(former[place] if place is not None else "", text, f"{key}-inzicht", line)
        for text, place in zip(texts, places, strict=True)
    ]
