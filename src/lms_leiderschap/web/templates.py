"""Page templates: a file is read once per process, whoever uses it, and speaks from a table.

pyramid_chameleon and Chameleon by themselves read a file again for each template that loads it, and
look up the request, its localizer and the catalogue for every sentence (measured: a tenth of a
page, and 20 MiB).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from chameleon.loader import TemplateLoader
from chameleon.zpt.template import PageTemplateFile
from pyramid.decorator import reify
from pyramid.i18n import Localizer
from pyramid_chameleon.renderer import template_renderer_factory
from pyramid_chameleon.zpt import ZPTTemplateRenderer
from translationstring import TranslationString

from lms_leiderschap.web.assets import asset_url, icon

SENTENCES = 4000  # remembered per language; all templates together have about 1,500
Translate = Callable[..., Any]


class _Beside(TemplateLoader):
    """What `load:` finds: the one template that there is of a file, beside the one that asks."""

    def load(self, spec: str, cls: Any = None) -> Any:
        return _beside(self.search_path[0], spec)


@cache
def _beside(folder: str, spec: str) -> PageTemplateFile:
    return template_at(str(Path(folder, spec.strip()).resolve()))


class _Template(PageTemplateFile):
    # The same for every page, so no names to be looked up anew each time.
    extra_builtins = {"icon": icon, "asset_url": asset_url}


@cache
def template_at(path: str) -> PageTemplateFile:
    """The template in the file at an absolute path."""
    return _Template(path, auto_reload=False, loader_class=_Beside)


class _Renderer(ZPTTemplateRenderer):
    @reify
    def template(self) -> PageTemplateFile:
        return template_at(str(Path(self.path).resolve()))


def _renderer_of(info: Any) -> Any:
    return template_renderer_factory(info, _Renderer)


def translate_in(localizer: Localizer) -> Translate:
    """Chameleon's `translate` in the language of a localizer; Pyramid keeps one per language."""
    known: Translate | None = localizer.__dict__.get("_for_templates")
    if known is None:
        known = localizer.__dict__["_for_templates"] = _translate(localizer)
    return known


def _translate(localizer: Localizer) -> Translate:
    @lru_cache(SENTENCES)
    def sentence(msgid: str, domain: str | None, default: str | None) -> str:
        said: str = localizer.translate(TranslationString(msgid, domain, default))
        return said

    def translate(msgid: Any, domain: str | None = None, mapping: Mapping[str, Any] | None = None,
                  context: str | None = None, target_language: str | None = None,
                  default: str | None = None) -> Any:  # fmt: skip
        if isinstance(msgid, TranslationString):
            return localizer.translate(msgid)
        if not isinstance(msgid, str):
            return None if msgid is None else str(msgid)
        said = sentence(msgid, domain, default)
        return TranslationString(said, mapping=mapping).interpolate() if mapping else said

    return translate


def includeme(config: Any) -> None:
    # In place of what pyramid_chameleon adds, not over it: two requests for one renderer would have
    # to be settled again when a plugin adds something late.
    config.include("pyramid_chameleon.localization")
    config.add_renderer(".pt", _renderer_of)
