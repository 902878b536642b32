"""A plugin that is broken before it begins: at import, at load, in its includeme."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from lms_leiderschap.addon import deep
from lms_leiderschap.addon.actions import switch_off
from lms_leiderschap.institution.actions import SYSTEM
from lms_leiderschap.plugin import loader
from lms_leiderschap.plugin.loader import GROUP, load
from lms_leiderschap.plugin.parcel.trust import Trust
from tests.addon.test_behaviour import made
from tests.addon.test_off_and_back import hand_in


@pytest.mark.parametrize("source", [
    'raise RuntimeError("kapot")', "raise SystemExit(3)", "raise KeyboardInterrupt",
    "class Mute(Exception):\n    def __str__(self): raise ValueError('x')\nraise Mute()",
    "class Mute(BaseException):\n    def __str__(self): raise ValueError('x')\nraise Mute()",
    "raise ValueError('\\udcff')", "def __getattr__(name): raise RuntimeError('no')",
    "class Own(Plugin): pass\nplugin = Own('proef', '1.0.0', 'Eigen')",
    "plugin = None", 'plugin = "proef"', "import does_not_exist", "def (",
    '@plugin.on("feedback.relaesed")\ndef f(event): pass',
    '@plugin.panel("participant.weeek")\ndef f(context): pass',
])
@pytest.mark.promise("D9")
def test_a_plugin_that_breaks_at_import_leaves_all_else(
    world: Any, visit: Any, source: str
) -> None:
    made(world, "")
    anna = visit("anna")
    hand_in(anna)
    world.write(source)
    world.start()
    world.run_jobs()
    assert "proef" not in world.registry.plugins.loaded
    assert len(world.registry.plugins.loaded) == 4
    anna, pieter, ada = visit("anna"), visit("pieter"), visit("ada")
    work = f"{anna.home}/work/proef.punt"
    assert anna.get("/week") and pieter.get("/queue")
    assert "Wat ik in mijn school deed." in pieter.get(f"{work}/versions/1/")
    # It is installed: so work goes on from what is pinned, also the work of who has not begun.
    assert "receipt" in hand_in(visit("bram")).request.path
    page = ada.get("/addons/proef")
    assert "Geparkeerd" in page
    [link] = page.html.select('a[href*="trace"]')
    assert "Plugin 'proef' is not loaded" in ada.get(link["href"]).text


def test_a_wrong_event_is_told_with_the_nearest_word(world: Any) -> None:
    world.write('@plugin.on("feedback.relaesed")\ndef f(event): pass')
    world.start()
    [row] = world.registry.plugins.parked
    assert "did you mean 'feedback.released'?" in row.sentence


@pytest.mark.promise("D9")
def test_an_import_that_sleeps_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(loader, "IMPORT_SECONDS", 0.3)
    (tmp_path / "lms_slaapt.py").write_text("import time\ntime.sleep(2)\n")
    began = time.monotonic()
    found = load([EntryPoint("slaapt", "lms_slaapt:plugin", GROUP)])
    assert time.monotonic() - began < 1.5
    [row] = found.parked
    assert "took longer" in row.sentence


VIEWS = """
from pyramid.response import Response
def includeme(config):
    config.add_route("{route}", "/{route}")
    config.add_view(lambda request: Response("{route}"), route_name="{route}")
    {more}
"""


@pytest.mark.parametrize("more", [
    'raise RuntimeError("kapot")', "raise SystemExit(1)", 'config.include("nowhere.at.all")',
    'config.add_route("hello", "/other")',
])
@pytest.mark.promise("D9")
def test_an_includeme_that_fails_is_left_out_and_the_site_starts(
    world: Any, visit: Any, more: str
) -> None:
    world.write(VIEWS.format(route="hello", more=more))
    world.start()
    [row] = world.registry.plugins.parked
    assert row.name == "proef" and row.reference
    assert visit("anna").get("/week") and "Geparkeerd" in visit("ada").get("/addons/proef")


@pytest.mark.parametrize("more", [
    'config.add_view(lambda request: 0, route_name="nowhere")',
    'config.action("mine", lambda: 1 / 0)', 'config.action("mine", lambda: 1 / 0); config.commit()',
    'config.action("mine", lambda: exit(1))',
    'from pyramid.registry import Deferred; config.action(Deferred(lambda: 1 / 0), lambda: 0)',
    "from pyramid.events import ApplicationCreated\n"
    "    config.add_subscriber(lambda event: 1 / 0, ApplicationCreated)",
    "from pyramid.events import ApplicationCreated\n"
    "    config.add_subscriber(lambda event: exit(1), ApplicationCreated)",
])
def test_what_fails_only_when_all_is_put_together_is_left_out_alone(
    world: Any, visit: Any, more: str
) -> None:
    world.write(VIEWS.format(route="hello", more=more))
    world.beside("naast", "def includeme(config): config.add_route('next', '/next')\n")
    world.beside("zo", "def includeme(config): config.add_route('last', '/last')\n")
    world.start()
    assert [row.name for row in world.registry.plugins.parked] == ["proef"]
    assert sorted(world.registry.plugins.deep) == ["naast", "zo"]
    assert visit("anna").get("/week") and "Geparkeerd" in visit("ada").get("/addons/proef")


def test_the_later_of_two_deep_plugins_that_conflict_is_left_out(world: Any) -> None:
    world.write("def includeme(config): config.action('same', lambda: 0)\n")
    world.beside("ander", "def includeme(config): config.action('other', lambda: 0)\n")
    world.beside("twee", "def includeme(config): config.action('same', lambda: 0)\n")
    world.beside("zo", "def includeme(config): config.action('last', lambda: 0)\n")
    world.start()
    assert [row.name for row in world.registry.plugins.parked] == ["twee"]


@pytest.mark.promise("D9")
def test_an_includeme_that_sleeps_is_left_out(
    world: Any, visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deep, "INCLUDE_SECONDS", 0.3)
    world.write("import time\ndef includeme(config): time.sleep(2)\n")
    began = time.monotonic()
    world.start()
    assert time.monotonic() - began < 10
    [row] = world.registry.plugins.parked
    assert row.name == "proef" and "took longer" in row.sentence
    assert visit("anna").get("/week")


def test_what_fails_in_the_core_is_no_plugins_fault(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.write("def includeme(config): pass\n")
    monkeypatch.setattr("lms_leiderschap.app.SLICES", ("nowhere",))
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        world.start()


OWN_VIEWS = """
from functools import partial
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.permissions import Permission
from pyramid.response import Response
from pyramid.static import static_view
class Other:
    __module__ = "elsewhere"
    def __call__(self, context, request): return Response("HIER")
def shown(word, request): return Response(word)
def includeme(config):
    add = partial(config.add_view, context=Institution)
    add(partial(shown, "HIER"), name="een")
    add(Other(), name="twee")
    add(static_view(__import__("os").path.dirname(__file__), use_subpath=True), name="drie")
    config.action(None, lambda: add(partial(shown, "HIER"), name="vier"))
    config.include(later)
    add(partial(shown, "HIER"), name="week", request_param="proef",
        permission=Permission.SEE_OWN, request_method="GET")
def later(config):  # OWN_FILE
    config.add_view(partial(shown, "HIER"), context=Institution, name="vijf")
"""


def test_every_view_that_a_plugin_adds_is_behind_the_gate_whatever_it_is(
    world: Any, visit: Any
) -> None:
    made(world, OWN_VIEWS)
    anna = visit("anna")
    file = f"/drie/{world.package}.py"
    names = ["/een", "/twee", "/vier", "/vijf"]
    assert [anna.get(name).text for name in names] == ["HIER"] * 4
    assert "OWN_FILE" in anna.get(file) and anna.get("/week?proef=1").text == "HIER"
    world.within(lambda one: switch_off(one, "proef", by=SYSTEM, at=datetime.now(UTC)))
    for name in [*names, file]:
        anna.get(name, status=404)
    assert "Goede" in anna.get("/week?proef=1")  # the page of the core, as if nothing were added


def test_an_includeme_that_conflicts_with_the_core_is_left_out(world: Any, visit: Any) -> None:
    world.write("""
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.permissions import Permission
def includeme(config):
    config.add_view(lambda context, request: 0, context=Institution, name="week",
                    permission=Permission.SEE_OWN, request_method="GET")
""")
    world.start()
    assert [row.name for row in world.registry.plugins.parked] == ["proef"]
    assert "Goede" in visit("anna").get("/week")


@pytest.mark.promise("D12")
def test_unsigned_python_needs_its_name_on_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "lms_los.py").write_text(
        'from lms_leiderschap.plugin import Plugin\nplugin = Plugin("los", "1.0", "Los")\n')
    point = EntryPoint("los", "lms_los:plugin", GROUP)
    refused = load([point], trust=Trust(unsigned=("anders",)))
    assert "lms.unsigned_plugins = los" in refused.parked[0].sentence
    import sys

    assert "lms_los" not in sys.modules
    assert "los" in load([point], trust=Trust(unsigned=("los",))).loaded
    sys.modules.pop("lms_los")
