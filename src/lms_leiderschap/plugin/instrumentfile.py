"""The instruments in a plugin folder: ``instruments/<key>.toml`` and their worked examples."""

from importlib.resources.abc import Traversable

from lms_leiderschap.instrument.definition import InstrumentSpec
from lms_leiderschap.instrument.file import InstrumentError
from lms_leiderschap.plugin.error import PluginError

FOLDER = "instruments"


def read_instruments(root: Traversable) -> list[InstrumentSpec]:
    """All instruments of a folder, in the order of their names; PluginError with file and line.

    ``instruments/examples/*.json`` holds worked examples; a file goes to the instrument it names.
    """
    folder = root / FOLDER
    if not folder.is_dir():
        return []
    names = sorted(path.name for path in folder.iterdir() if path.name.endswith(".toml"))
    try:
        return [InstrumentSpec.from_folder(folder, f"{FOLDER}/", name) for name in names]
    except InstrumentError as error:
        raise PluginError(error.message, error.file, error.line, error.near) from error
