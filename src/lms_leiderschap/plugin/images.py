"""Pictures that texts of a plugin show: ``![what is on it](name.png)``, a file in ``images/``."""

from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable

from lms_leiderschap.programme.spec import ModuleSpec
from lms_leiderschap.web.html import images_named

ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp")


def read_images(root: Traversable) -> dict[str, bytes]:
    """The pictures in ``images/`` of a folder by their name."""
    folder = root / "images"
    if not folder.is_dir():
        return {}
    named = sorted(folder.iterdir(), key=lambda path: path.name)
    found = [path for path in named if path.name.lower().endswith(ENDINGS) and path.is_file()]
    return {path.name: path.read_bytes() for path in found}


def named_in(module: ModuleSpec) -> Iterator[str]:
    """Names of the pictures that the texts of a module show, each once."""
    texts = [*module.work_form.values(), *(item.brief for item in module.assignments)]
    yield from dict.fromkeys(name for text in texts for name in images_named(text))


def of_module(module: ModuleSpec, images: Mapping[str, bytes]) -> dict[str, bytes]:
    """The pictures that a module shows."""
    return {name: images[name] for name in named_in(module) if name in images}
