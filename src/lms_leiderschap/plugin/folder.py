"""The layout of a plugin folder.

::

    plugin.toml       schema = "plugin/1": name, version, api, title, licence, author, settings,
                      personal, mails, changes
    modules/<key>.toml     schema = "module/1": [module], [[products]], [[assignments]],
                           [[instruments]], [[literature]]
    reports/ rubrics/ programmes/   <key>.toml, schemas "report/1", "rubric/1", "programme/1"
    instruments/<key>.toml    instruments that can be filled in; examples/*.json worked examples
    texts/*.md        a text field holds Markdown or the name of a file here
    images/           what texts show with ![what is on it](name.png)
"""

from collections.abc import Iterator
from dataclasses import fields
from importlib.resources.abc import Traversable
from typing import Any

from lms_leiderschap.feedback.spec import RubricSpec
from lms_leiderschap.instrument.spec import ToolSpec
from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.images import read_images
from lms_leiderschap.plugin.instrumentfile import read_instruments
from lms_leiderschap.plugin.setting import PluginHead
from lms_leiderschap.plugin.specfile import TEXT_FILE, SpecFile, line_of
from lms_leiderschap.programme.place import text_of
from lms_leiderschap.programme.spec import ModuleSpec, ProgrammeSpec
from lms_leiderschap.submission.spec import ReportSpec
from lms_leiderschap.texts import _


def read_folder(root: Traversable) -> dict[str, Any]:
    """The fields of a Plugin from a folder; PluginError with file and line."""
    file = SpecFile.read(root / "plugin.toml", "plugin.toml", "plugin/1")
    head = file.spec(PluginHead, file.data)
    modules: list[ModuleSpec] = []
    tools: list[ToolSpec] = []
    for file in _files(root, "modules", "module/1"):
        module, brought = _module(file)
        modules.append(module)
        tools += brought
    programmes = [
        file.spec(ProgrammeSpec, file.flat("programme"))
        for file in _files(root, "programmes", "programme/1")
    ]
    return {
        **{field.name: getattr(head, field.name) for field in fields(head)},
        "modules": modules,
        "tools": _without_same(tools),
        "instruments": read_instruments(root),
        "reports": read_reports(root),
        "rubrics": read_rubrics(root),
        "programmes": programmes,
        "images": read_images(root),
    }


def read_reports(root: Traversable) -> list[ReportSpec]:
    """The report formats in ``reports/`` of a folder, in the order of their names."""
    found = _files(root, "reports", "report/1")
    return [file.spec(ReportSpec, file.flat("report")) for file in found]


def read_rubrics(root: Traversable) -> list[RubricSpec]:
    """The rubrics in ``rubrics/`` of a folder, in the order of their names."""
    found = _files(root, "rubrics", "rubric/1")
    return [file.spec(RubricSpec, file.flat("rubric")) for file in found]


def read_programme(path: Traversable) -> ProgrammeSpec:
    """One programme file that stands by itself (a Path will do); PluginError as above."""
    file = SpecFile.read(path, path.name, "programme/1")
    return file.spec(ProgrammeSpec, file.flat("programme"))


def _module(file: SpecFile) -> tuple[ModuleSpec, list[ToolSpec]]:
    """A module and its tools: [module] names tools by key, [[instruments]] describes them."""
    beside = {name: value for name, value in file.data.items() if name != "instruments"}
    flat = SpecFile(file.name, file.text, beside).flat("module")
    rows = file.rows("instruments")
    tools = [file.spec(ToolSpec, {"modules": [flat["key"]], **row}) for row in rows]
    named = {"instruments": [tool.key for tool in tools], **flat}
    return file.spec(ModuleSpec, named), tools


def _without_same(tools: list[ToolSpec]) -> list[ToolSpec]:
    """Without those that another module describes equally; unequal ones are refused later."""
    first: dict[str, ToolSpec] = {}
    return [
        tool
        for tool in tools
        if (known := first.setdefault(tool.key, tool)) is tool or known != tool
    ]


def _files(root: Traversable, folder: str, schema: str) -> Iterator[SpecFile]:
    """The TOML files of one sub-folder by name; their key is the name of the file."""
    if not (root / folder).is_dir():
        return
    texts = _texts(root)
    for path in sorted((root / folder).iterdir(), key=lambda item: item.name):
        if path.name.endswith(".toml"):
            file = SpecFile.read(path, f"{folder}/{path.name}", schema, texts)
            _check_name(file, file.flat(schema.split("/")[0]), path.name.removesuffix(".toml"))
            yield file


def _check_name(file: SpecFile, flat: dict[str, object], stem: str) -> None:
    if flat.get("key") != stem:
        sentence = _("the key must be the name of the file, '${name}'.", mapping={"name": stem})
        raise PluginError(sentence, file.name, line_of(file.text, (), "key"))


def _texts(root: Traversable) -> dict[str, str]:
    if not (root / "texts").is_dir():
        return {}
    named = [path for path in (root / "texts").iterdir() if TEXT_FILE.fullmatch(path.name)]
    return {path.name: text_of(path, f"texts/{path.name}", PluginError) for path in named}
