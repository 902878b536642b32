"""Every template compiles, holds no inline script or style, and escapes what it shows."""

from __future__ import annotations

import re
from pathlib import Path

import lms_leiderschap.templates
import pytest
from chameleon import PageTemplateFile

TEMPLATES = Path(lms_leiderschap.templates.__file__).parent
PAGES = sorted(TEMPLATES.rglob("*.pt"))
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", re.I)


def name(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_template_compiles(path: Path) -> None:
    template = PageTemplateFile(str(path))
    template.cook_check()
    assert callable(template._render)


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_nothing_is_inline(path: Path) -> None:
    found = INLINE.findall(path.read_text("utf-8"))
    assert not found, f"{name(path)}: {found}"


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_nothing_is_shown_without_escaping(path: Path) -> None:
    assert "structure" not in path.read_text("utf-8"), "use a value that safe_html() made"


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_template_stays_short(path: Path) -> None:
    assert path.read_text("utf-8").count("\n") <= 120, "cut it in pieces"


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_post_form_carries_a_token(path: Path) -> None:
    text = path.read_text("utf-8")
    for form in re.findall(r"<form(?:(?!</form>).)*", text, re.S | re.I):
        if re.search(r'method="post"', form, re.I) and "form.start" not in form:
            assert "csrf_token" in form or "hidden" in form, f"{name(path)}: form without a token"
