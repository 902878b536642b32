"""Making a plugin: begun, checked, packed, signed, and given code. Each step names the next."""

from __future__ import annotations

import argparse
import getpass
import logging
import os
import sys
from pathlib import Path
from typing import Any

from lms_leiderschap.cli.words import Words, add_json, say, say_json
from lms_leiderschap.plugin.error import PluginError


def add_words(commands: Words) -> None:
    words = commands.add("new", new, "Begin a plugin that works at once.")
    words.add_argument("name", help="small letters, digits, '-' and '_'")
    words.add_argument("--python", action="store_true", help="a package with code of its own")
    words.add_argument("--title", help="as people read it")
    words.add_argument("--author", default="", help="who makes it")
    words.add_argument("--into", type=Path, help="folder, in place of the name")
    words = commands.add("check", check, "Hold a plugin against all that is asked of one.")
    words.add_argument("path", nargs="?", default=".", type=Path)
    _add_browser(words)
    add_json(words)
    words = commands.add("pack", pack, "Make the zip to upload, or the wheel to install.")
    words.add_argument("path", nargs="?", default=".", type=Path)
    words.add_argument("--key", type=Path, help="sign it with this key")
    words.add_argument("--signer", default="", help="who signs, as people read it")
    words.add_argument("--to", type=Path, help="folder, in place of dist/ beside the plugin")
    _add_browser(words)
    words = commands.add("sign", sign, "Sign a zip, or the files of a plugin.")
    words.add_argument("path", type=Path, help="a zip, or the folder of a plugin")
    words.add_argument("--key", type=Path, required=True)
    words.add_argument("--signer", required=True, help="who signs, as people read it")
    words = commands.add("key", key, "Make a key to sign with.")
    words.add_argument("new", choices=["new"])
    words.add_argument("file", type=Path)
    words = commands.add("eject", eject, "Turn a folder plugin into a Python package.")
    words.add_argument("path", nargs="?", default=".", type=Path)
    words.add_argument("--into", type=Path, help="folder, in place of NAME-python beside it")


def _add_browser(words: argparse.ArgumentParser) -> None:
    words.add_argument("--browser", action="store_true", help="look at its pages in Chromium too")
    words.add_argument("--axe", type=Path, help="file axe.min.js, for --browser")


def new(options: argparse.Namespace) -> int:
    """Files that an author changes; nothing is ever overwritten."""
    from lms_leiderschap.author.seeding import plant

    into = options.into or Path(options.name)
    title = options.title or _asked_title(options.name)
    author = options.author or _user()
    for path in plant(options.name, into, title=title, author=author, python=options.python):
        say(f"  {path}")
    say(f"Next: lms dev {into}")
    return 0


def _asked_title(name: str) -> str:
    """What somebody at a terminal types; without one, or without an answer, the name in words."""
    title = name.replace("-", " ").replace("_", " ").capitalize()
    if not sys.stdin.isatty():
        return title
    try:
        return input(f"Title, as people read it [{title}]: ").strip() or title
    except EOFError:
        return title


def _user() -> str:
    """Who is at work here, "" when that says nothing about a person."""
    user = getpass.getuser()
    return "" if user == "root" else user


def check(options: argparse.Namespace) -> int:
    """Exit 1 when something must be repaired first."""
    outcomes = _outcomes(options, signed=False, tell=not options.json)
    level, wrong = _judged(outcomes)
    if options.json:
        say_json({"level": level, "checks": [_plain(outcome) for outcome in outcomes]})
    elif wrong:
        say(f"{wrong} to repair. Next: repair them, then lms plugin check {options.path}")
    else:
        say(f"Level: {level}. Next: lms plugin pack {options.path}")
    return 1 if wrong else 0


def _outcomes(options: argparse.Namespace, *, signed: bool, tell: bool) -> list[Any]:
    """What every check found, told while they are done; the first is that it loads."""
    logging.getLogger("lms_leiderschap").addHandler(logging.NullHandler())
    from lms_leiderschap.author.source import Source

    source = Source.find(options.path)
    kept = source.root / ".lms-dev" / "templates"
    if kept.is_dir():
        os.environ.setdefault("CHAMELEON_CACHE", str(kept))
    from lms_leiderschap.checking.checks import not_loading, run
    from lms_leiderschap.checking.subject import Subject

    try:
        subject = Subject.of_source(source)
    except PluginError as error:
        outcomes = [not_loading(error)]
        if tell:
            _tell(outcomes[0])
        return outcomes
    subject.signed = signed or (source.package / "signature.json").is_file()
    outcomes = []
    try:
        for outcome in run(subject, browser=options.browser, axe=options.axe):
            outcomes.append(outcome)
            if tell:
                _tell(outcome)
    finally:
        subject.close()
    return outcomes


def _tell(outcome: Any) -> None:
    if outcome.skipped:
        say(f"-  {outcome.about} Not done: {outcome.skipped}.")
        return
    mark = "ok" if outcome.holds else "!!" if outcome.level == "brons" else outcome.level
    say(f"{mark} {outcome.about}")
    say(*(f"   {finding}" for finding in outcome.findings))


def _judged(outcomes: list[Any]) -> tuple[str, int]:
    """The level, and how many things must be repaired first."""
    from lms_leiderschap.checking.finding import level_of

    wrong = sum(len(each.findings) for each in outcomes if each.level == "brons")
    return level_of(outcomes), wrong


def _plain(outcome: Any) -> dict[str, Any]:
    findings = [{"file": each.file, "line": each.line, "what": each.what, "repair": each.repair}
                for each in outcome.findings]  # fmt: skip
    return {"name": outcome.name, "level": outcome.level, "about": outcome.about,
            "skipped": outcome.skipped, "findings": findings}  # fmt: skip


def pack(options: argparse.Namespace) -> int:
    """Only what holds is packed; the level and the core that said so go with it."""
    from lms_leiderschap.author.source import Source
    from lms_leiderschap.cli.packing import packed_folder, packed_package
    from lms_leiderschap.plugin.parcel.keys import read_key

    source = Source.find(options.path)
    private = read_key(options.key) if options.key else ""
    outcomes = _outcomes(options, signed=bool(private), tell=True)
    level, wrong = _judged(outcomes)
    if wrong:
        say(f"{wrong} to repair; nothing was packed. Next: repair them, then lms plugin check")
        return 1
    to = options.to or source.root / "dist"
    to.mkdir(parents=True, exist_ok=True)
    made = packed_folder if source.point is None else packed_package
    path = made(source, to, level, private, options.signer or source.name)
    say(f"{path} ({level})")
    if source.point is None:
        say("Next: upload it under Uitbreidingen (/addons) and switch it on.")
    else:
        say(f"Next: pip install {path} on the server, start it again, and switch it on.")
    return 0


def sign(options: argparse.Namespace) -> int:
    """A zip is signed where it lies; a folder gets a signature.json."""
    from lms_leiderschap.cli.packing import sign_at
    from lms_leiderschap.plugin.parcel.keys import public_of, read_key

    private = read_key(options.key)
    sign_at(options.path, private, options.signer)
    say(f"{options.path} is signed with {public_of(private)}",
        "Next: the operator names this key in lms.trusted_keys.")  # fmt: skip
    return 0


def key(options: argparse.Namespace) -> int:
    """A private key that only its owner can read, the public one beside it."""
    from lms_leiderschap.plugin.parcel.keys import new_key, save_key

    private, public = new_key()
    save_key(options.file, private)
    signer = _user() or "Write here who signs"
    say(f"{options.file} is the private key: keep it to yourself.", f"{options.file}.pub: {public}",
        "Who trusts it puts this in the file of lms.trusted_keys:", "  [[keys]]",
        f'  name = "{signer}"', f'  key = "{public}"',
        f"Next: lms plugin pack --key {options.file} --signer NAME")  # fmt: skip
    return 0


def eject(options: argparse.Namespace) -> int:
    """The folder stays as it is."""
    from lms_leiderschap.author.seeding import eject as eject_bundle
    from lms_leiderschap.author.source import Source
    from lms_leiderschap.errors import SettingError
    from lms_leiderschap.plugin.parcel.archive import read_directory

    source = Source.find(options.path)
    if source.point is not None:
        raise SettingError(f"{source.root} is a Python package already.")
    into = options.into or source.root.with_name(f"{source.name}-python")
    for path in eject_bundle(read_directory(source.root), into):
        say(f"  {path}")
    say(f"Next: lms dev {into}")
    return 0
