"""Serving institutions, and making the demo."""

from __future__ import annotations

import argparse
import ctypes
import fcntl
import logging.config
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from socket import socket
from typing import Any

from lms_leiderschap.cli.ini import section_of, settings_of
from lms_leiderschap.cli.inspecting import refuse_unsafe
from lms_leiderschap.cli.keys import keep_keys
from lms_leiderschap.cli.listener import Listener
from lms_leiderschap.cli.sockets import open_sockets
from lms_leiderschap.cli.systemd import Systemd
from lms_leiderschap.cli.words import DEFAULT_INI, Words, add_json, say, say_json
from lms_leiderschap.errors import SettingError
from lms_leiderschap.settings import Settings

M_MMAP_THRESHOLD = -3  # of mallopt, in <malloc.h>


def add_words(commands: Words) -> None:
    words = commands.add("serve", serve, "Serve the institutions of an ini file.")
    words.add_argument("ini", nargs="?", default=DEFAULT_INI)
    words.add_argument("--port", type=int, help="another port than the ini file says")
    words.add_argument("--workers", type=int, help="how many processes, instead of what the ini "
                                                   "file says; one without")  # fmt: skip
    words.add_argument("--without-plugins", action="store_true",
                       help="import none of them: to get in when one is in the way")  # fmt: skip
    add_json(words)
    words = commands.add("demo", demo, "Make the demo institution, or a large one to measure with.")
    words.add_argument("--ini", default=DEFAULT_INI)
    words.add_argument("--participants", type=int, help="how many, instead of the 18 by hand")
    words.add_argument("--submissions", type=int, default=0, help="how many of 200 words")


def serve(options: argparse.Namespace) -> int:
    """Answer requests until told to stop; jobs run in a thread of each process that answers.

    SIGTERM and SIGINT end it when what was asked is answered; the second one ends it at once.
    """
    refuse_unsafe(options.ini)
    server = section_of(options.ini, "server:main")
    settings = _settings(options)
    count = _processes(options, server)
    check_processes(settings, count)
    keep_templates(settings)
    import lms_leiderschap.app  # noqa: F401 (once, for all processes)
    logging.config.fileConfig(options.ini, disable_existing_loggers=False)
    _give_memory_back()
    host, port = _place(options, server)
    with open_sockets(host, port) as sockets:
        if count > 1:
            _serve_by_several(options, sockets, server, settings, count)
        else:
            _serve_by_one(options, sockets, server, settings)
    return 0


def _settings(options: argparse.Namespace) -> Settings:
    settings = settings_of(options.ini)
    if options.without_plugins:
        settings = replace(settings, plugins=False)
    if settings.demo and options.port:
        settings = settings.reached_at(_url(options, section_of(options.ini, "server:main")))
    return settings


def _place(options: argparse.Namespace, server: Mapping[str, str]) -> tuple[str, int]:
    host, _colon, port = server.get("listen", "localhost:6543").rpartition(":")
    return host, options.port or int(port)


def _url(options: argparse.Namespace, server: Mapping[str, str]) -> str:
    host, port = _place(options, server)
    return f"http://{host}:{port}"


def _processes(options: argparse.Namespace, server: Mapping[str, str]) -> int:
    try:
        return options.workers or int(server.get("workers", 1))
    except ValueError as error:
        raise SettingError("workers must be a whole number.") from error


def check_processes(settings: Settings, count: int) -> None:
    """Raise SettingError when so many processes cannot have these databases open."""
    alone = settings.opened_once()
    if count > 1 and alone:
        raise SettingError(
            f"The storage file: of {', '.join(alone)} can be open in one process only: leave out "
            "workers, or move to sqlite: or postgresql: with lms storage copy.")  # fmt: skip
    if count > 1 and find_spec("gunicorn") is None:
        raise SettingError("Several workers need the extra gunicorn of lms-leiderschap.")


def _serve_by_one(options: argparse.Namespace, sockets: Sequence[socket],
                  server: Mapping[str, str], settings: Settings) -> None:  # fmt: skip
    from lms_leiderschap.cli.commands import CommandServer

    systemd = Systemd()
    app = ready_app(settings)
    listener = Listener(app, sockets, server)
    end_on_signals(listener)
    commands = CommandServer(app.registry)
    commands.start()
    start_jobs(app.registry)
    _announce(options, server, app.registry.jobs.thread_id)
    systemd.tell("READY=1")
    try:
        listener.run(lambda: systemd.tell("WATCHDOG=1"))
    finally:
        if commands.stop():
            close(app.registry)


def _serve_by_several(
    options: argparse.Namespace, sockets: Sequence[socket], server: Mapping[str, str],
    settings: Settings, count: int,
) -> None:  # fmt: skip
    from lms_leiderschap.cli.processes import Processes  # gunicorn is an extra

    systemd = Systemd()

    def read() -> Settings:
        refuse_unsafe(options.ini)
        found = _settings(options)
        check_processes(found, count)
        return found

    def answer(app: Any, listener: Listener, beat: Callable[[], None]) -> None:
        start_jobs(app.registry)
        try:
            listener.run(beat)
        finally:
            close(app.registry)

    def tell(first: bool) -> None:
        if first:
            _announce(options, server, None)
        systemd.tell("READY=1" if first else "WATCHDOG=1")

    Processes(settings, ready_app, read, answer, sockets, server, count, tell).run()


def ready_app(settings: Settings, whole: bool = True) -> Any:
    """The application, of which the first page is drawn as fast as any: one was drawn before.

    Of several processes that begin at once one compiles the templates and the others wait for it.
    A database that is away is no reason not to start: that page then says so, as the next will.
    One of another release is, when `whole`: SettingError; else each is opened when asked for.
    """
    from pyramid.request import Request

    from lms_leiderschap.app import make_app
    from lms_leiderschap.web.layout import compile_templates
    from lms_leiderschap.web.metrics import count_together

    count_together(settings)
    app = make_app(settings)
    if whole:
        app.registry.databases.open_all()
        keep_keys(app.registry)
    with (settings.side.parent / "templates.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        compile_templates(app.registry)
    first = settings.institutions[0]
    page = Request.blank("/sign-in", base_url=first.url)
    page.host = first.hosts[0] if first.hosts else page.host
    page.get_response(app)
    return app


def start_jobs(registry: Any) -> None:
    """Begin what a process does beside answering: jobs, and telling its figures."""
    registry.monitor.start()
    if registry.lms.jobs:
        registry.jobs.start()


def end_on_signals(listener: Listener) -> None:
    """Have SIGTERM and SIGINT end it."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: listener.end())


def close(registry: Any) -> None:
    """End the jobs, when what they have in hand is done, and close what is open."""
    registry.jobs.stop()
    registry.monitor.stop()
    registry.databases.close()
    registry.side.close()


def _announce(options: argparse.Namespace, server: Mapping[str, str], jobs: int | None) -> None:
    url = _url(options, server)
    if options.json:
        say_json({"url": url, "pid": os.getpid(), "jobs_thread": jobs})
    else:
        say(f"Serving on {url} (stop with Ctrl+C)")


def keep_templates(settings: Settings) -> None:
    """Keep compiled templates: a restart answers a second or two sooner.

    Chameleon reads this when it is imported, so call it before the application is.
    """
    directory = settings.side.parent / "templates"
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ.setdefault("CHAMELEON_CACHE", str(directory))


def _give_memory_back() -> None:
    """Have glibc return every piece of 1 MiB and more as soon as it is free.

    By itself it begins to keep such pieces, for each thread apart: the 19 MiB that checking a
    password takes would stay in all of them (measured: 140 MiB in place of 60).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, 1 << 20)


def demo(options: argparse.Namespace) -> int:
    """Fill the first institution of the ini file, when its database is still empty."""
    from lms_leiderschap.app import configure
    from lms_leiderschap.demo.bulk import fill_bulk
    from lms_leiderschap.demo.make import fill_demo

    registry = configure(settings_of(options.ini)).registry
    try:
        if options.participants or options.submissions:
            say(fill_bulk(registry, options.participants, options.submissions))
        else:
            say(fill_demo(registry))
    finally:
        registry.databases.close()
    return 0
