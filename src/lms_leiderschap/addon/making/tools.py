"""The tools and the reading list of a module: from rows of a form to its file, and back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from lms_leiderschap.addon.making.writing import FolderFiles, Table, free_key, line, settle

Row = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]
BOOK_WORDS = ("title", "authors")


def named_tools(data: Table) -> list[str]:
    """Keys of the tools that a module names; without such a list those that its file describes."""
    described = [tool["key"] for tool in data.get("instruments", [])]
    return list(data["module"].get("instruments", described))


def tool_rows(files: FolderFiles, data: Table) -> list[Row]:
    """Tools that a module names and describes itself, as rows: key, title."""
    return [
        {"key": tool["key"], "title": line(files.text(tool["title"]))} for tool in _own(data)
    ]


def other_tools(data: Table) -> list[str]:
    """Keys of the tools that a module names and that are described elsewhere."""
    own = {tool["key"] for tool in _own(data)}
    return [key for key in named_tools(data) if key not in own]


def write_tools(
    files: FolderFiles, data: Table, rows: Rows, others: Sequence[str], taken: Collection[str]
) -> None:
    """Write the rows as tools of the module; a new one is loaded by the institution.

    others  keys of tools that are described elsewhere and named here
    taken   keys that a new tool may not get
    """
    if list(rows) == tool_rows(files, data) and set(others) == set(other_tools(data)):
        return
    module, named, former = data["module"]["key"], named_tools(data), _own(data)
    written = _written(files, module, rows, former, {*taken, *_keys(data)})
    gone = {tool["key"] for tool in former} - written.keys()
    kept = [written.pop(tool["key"], tool) for tool in data.get("instruments", [])
            if tool["key"] not in gone]  # fmt: skip
    settle(data, "instruments", [*kept, *written.values()], [])
    own = {tool["key"] for tool in former} - gone
    now = [key for key in named if key in own or key in others]
    now += [key for key in others if key not in named] + list(written)
    if now != named_tools(data):
        data["module"]["instruments"] = now


def share_titles(files: FolderFiles, path: str) -> None:
    """Give a tool that other modules describe too the title that one module gives it."""
    titles = {tool["key"]: tool["title"] for tool in files.table(path).get("instruments", [])}
    for other in files.paths("modules"):
        data = files.table(other)
        for tool in data.get("instruments", []):
            tool["title"] = titles.get(tool["key"], tool["title"])
        files.put(other, data)


def uses_of_tool(files: FolderFiles, path: str, key: str) -> Iterator[str]:
    """Titles of what needs a tool that the module file at `path` describes: an assignment or a
    product made with it, or another module that names it. Nothing when a further module describes
    it too.

    path  such as ``modules/hrm.toml``
    """
    others = {other: files.table(other) for other in files.paths("modules") if other != path}
    if any(key in _keys(data) for data in others.values()):
        return
    for data in (files.table(path), *others.values()):
        for row in (*data.get("assignments", []), *data.get("products", [])):
            if row.get("instrument") == key:
                yield line(files.text(row["title"]))
    for data in others.values():
        if key in named_tools(data):
            yield line(files.text(data["module"]["title"]))


def book_rows(files: FolderFiles, data: Table) -> list[Row]:
    """The reading list as rows: key, title, authors, and year or None."""
    return [
        {
            "key": book["key"],
            **{word: line(files.text(book.get(word, ""))) for word in BOOK_WORDS},
            "year": book.get("year"),
        }
        for book in data.get("literature", [])
    ]


def write_books(files: FolderFiles, data: Table, rows: Rows) -> None:
    """Write the rows as the reading list of the module."""
    if list(rows) == book_rows(files, data):
        return
    former = {book["key"]: book for book in data.get("literature", [])}
    taken, books = set(former), []
    for row in rows:
        book = dict(former.get(row["key"], {"key": free_key(row["title"], taken, "literatuur")}))
        taken.add(book["key"])
        for word in BOOK_WORDS:
            name = f"{data['module']['key']}-{book['key']}"
            settle(book, word, files.written(book.get(word, ""), row[word], name, line))
        book.pop("year", None)
        books.append(book | ({} if row["year"] is None else {"year": row["year"]}))
    settle(data, "literature", books, [])


def _own(data: Table) -> list[Table]:
    """What a module describes and names; what it only describes is offered to be chosen."""
    named = named_tools(data)
    return [tool for tool in data.get("instruments", []) if tool["key"] in named]


def _keys(data: Table) -> set[str]:
    return {tool["key"] for tool in data.get("instruments", [])}


def _written(
    files: FolderFiles, module: str, rows: Rows, former: Sequence[Table], taken: set[str]
) -> dict[str, Table]:
    """The tools that the rows say, by key; of one that was there all other fields stay."""
    known: dict[str, Table] = {tool["key"]: tool for tool in former}
    found: dict[str, Table] = {}
    for row in rows:
        key = row["key"]
        if key not in known:
            key = free_key(row["title"], {*taken, *known, *found}, "instrument")
        tool = known.get(key, {"key": key, "title": "", "content": "by_institution"})
        title = files.written(tool["title"], row["title"], f"{module}-{key}", line)
        found[key] = {**tool, "title": title}
    return found
