"""``lms dev``: a demo institution around the plugin of a folder, served anew after every change."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from socket import socket
from typing import Any

from lms_leiderschap.cli.sockets import bound
from lms_leiderschap.cli.watching import Watching
from lms_leiderschap.cli.words import Words, add_json, say, say_json

FOLDER = ".lms-dev"
PORT = 6543
HOST = "localhost"


def add_words(commands: Words) -> None:
    words = commands.add("dev", dev, "Show the plugin of a folder in a demo institution, anew "
                                     "after every change; no ini file is needed.")  # fmt: skip
    words.add_argument("path", nargs="?", default=".", type=Path, help="its folder")
    words.add_argument("--port", type=int, default=PORT)
    words.add_argument("--once", action="store_true", help="do not wait for changes")
    words.add_argument("--fresh", action="store_true", help="begin with a new institution")
    words.add_argument("--tried", action="store_true", help=argparse.SUPPRESS)
    words.add_argument("--watched", action="store_true", help=argparse.SUPPRESS)
    words.add_argument("--sockets", type=int, nargs="*", default=[], help=argparse.SUPPRESS)
    add_json(words)


def dev(options: argparse.Namespace) -> int:
    """Serve it and wait for changes, or be the process that does one of the two."""
    if options.tried:
        return _try(options.path)
    if options.watched or options.once:
        return _serve(options)
    arguments = [str(options.path), "--port", str(options.port)]
    arguments += ["--json"] if options.json else []
    with bound(HOST, options.port) as sockets:
        return Watching(options.path.resolve(), arguments, sockets, fresh=options.fresh).run()


def _try(path: Path) -> int:
    """Load it and say what is wrong: 0 when nothing is."""
    from lms_leiderschap.author.source import Source

    Source.find(path).load()
    return 0


def _serve(options: argparse.Namespace) -> int:
    """One server, as long as whoever started it lives."""
    import logging

    from lms_leiderschap.author.source import Source
    from lms_leiderschap.cli.listener import Listener
    from lms_leiderschap.cli.serving import close, end_on_signals, keep_templates
    from lms_leiderschap.demo.stage import set_stage, stage_settings

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    source = Source.find(options.path)
    plugins = source.load()
    settings = stage_settings(_own_folder(source.root, fresh=options.fresh),
                              f"http://{HOST}:{options.port}")  # fmt: skip
    keep_templates(settings)
    from lms_leiderschap.app import configure

    config = configure(settings, plugins)
    plugin = plugins.loaded[source.name]
    told = set_stage(config.registry, plugin)
    # What was handed in is told to the plugin at once: a handler that fails says so here.
    config.registry.jobs.run_once(datetime.now(UTC))
    if options.watched:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    with _sockets(options) as sockets:
        listener = Listener(config.make_wsgi_app(), sockets, {})
        end_on_signals(listener)
        config.registry.jobs.start()
        _announce(options, settings.institutions[0].url, plugin, told)
        try:
            listener.run()
        finally:
            close(config.registry)
    return 0


@contextmanager
def _sockets(options: argparse.Namespace) -> Iterator[list[socket]]:
    """Those of whoever watches, else our own."""
    if options.sockets:
        yield [socket(fileno=number) for number in options.sockets]
    else:
        with bound(HOST, options.port) as sockets:
            yield sockets


def _announce(options: argparse.Namespace, url: str, plugin: Any, told: list[str]) -> None:
    if options.json:
        say_json({"url": url, "pid": os.getpid(), "plugin": plugin.name,
                  "version": plugin.version, "told": told})  # fmt: skip
        return
    say(*told, f"{plugin.title} {plugin.version} on {url}/demo (stop with Ctrl+C)")
    if not options.watched or "reports handed in" in " ".join(told):
        say("Next: choose Noor Jansen there to hand in, a teacher to give feedback; change a file "
            "and load the page again. Then: lms plugin check")  # fmt: skip


def _own_folder(root: Path, *, fresh: bool) -> Path:
    """Where the institution lies: beside the plugin, and never in its version control."""
    import shutil

    folder = root / FOLDER
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(exist_ok=True, mode=0o700)
    (folder / ".gitignore").write_text("*\n", "utf-8")
    return folder


def _end_with_parent() -> None:
    """Whoever started this process holds the other end of its input; when that ends, so do we."""
    os.read(sys.stdin.fileno(), 1)  # not sys.stdin.read(): its lock would stop the exit
    os.kill(os.getpid(), signal.SIGTERM)
