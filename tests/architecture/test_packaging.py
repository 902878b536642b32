"""What is installed is what setup.cfg asks for, known by its hash, and no more than it needs."""

import re
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest
from pyramid.path import AssetResolver

TOP = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock")
MOST_DISTRIBUTIONS = 60


def facts() -> ConfigParser:
    config = ConfigParser(interpolation=None)
    config.read(TOP / "setup.cfg")
    return config


def asked(lines: str) -> set[str]:
    found = (re.match(r"[\w.-]+", line) for line in lines.splitlines() if not line.startswith("#"))
    return {match[0].lower().replace("_", "-") for match in found if match}


def locked(name: str) -> dict[str, str]:
    """Each distribution of a lock file with its version, marker and hashes."""
    text = (TOP / name).read_text("utf-8")
    return dict(re.findall(r"^([a-z][\w-]*)==((?:.*\\\n)*.*)", text, re.MULTILINE))


@pytest.mark.promise("E9")
def test_every_dependency_is_locked() -> None:
    assert asked(facts()["options"]["install_requires"]) <= set(locked("requirements.lock"))


def test_every_extra_is_locked() -> None:
    extras = facts()["options.extras_require"]
    assert asked("\n".join(extras.values())) <= set(locked("requirements-test.lock"))


@pytest.mark.promise("E9")
def test_default_install_stays_small() -> None:
    assert len(locked("requirements.lock")) <= MOST_DISTRIBUTIONS


@pytest.mark.parametrize("name", LOCKS)
@pytest.mark.promise("E9")
def test_lock_knows_every_distribution_by_its_hash_and_names_no_host(name: str) -> None:
    assert all("--hash=sha256:" in entry for entry in locked(name).values())
    assert "://" not in (TOP / name).read_text("utf-8")


def test_both_files_ask_for_the_same_python() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["requires-python"] == facts()["options"]["python_requires"]


def test_templates_are_found_by_their_dotted_name() -> None:
    found = AssetResolver().resolve("lms_leiderschap.templates:__init__.py").abspath()
    assert Path(found).samefile(TOP / "templates" / "__init__.py")
