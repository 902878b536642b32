"""Serving institutions, and making the demo."""

from __future__ import annotations

import argparse
import ctypes
import logging.config
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from socket import socket
from typing import Any

from lms_leiderschap.cli.ini import section_of, settings_of
from lms_leiderschap.cli.words import DEFAULT_INI, Words, add_json, say, say_json
from lms_leiderschap.settings import Settings

M_MMAP_THRESHOLD = -3  # of mallopt, in <malloc.h>
PROXY = ("trusted_proxy", "trusted_proxy_headers")


def add_words(commands: Words) -> None:
    words = commands.add("serve", serve, "Serve the institutions of an ini file.")
    words.add_argument("ini", nargs="?", default=DEFAULT_INI)
    words.add_argument("--port", type=int, help="another port than the ini file says")
    words.add_argument("--without-plugins", action="store_true",
                       help="import none of them: to get in when one is in the way")  # fmt: skip
    add_json(words)
    words = commands.add("demo", demo, "Make the demo institution, or a large one to measure with.")
    words.add_argument("--ini", default=DEFAULT_INI)
    words.add_argument("--participants", type=int, help="how many, instead of the 18 by hand")
    words.add_argument("--submissions", type=int, default=0, help="how many of 200 words")


def serve(options: argparse.Namespace) -> int:
    """Answer requests until told to stop; jobs run in a thread of this process."""
    settings = settings_of(options.ini)
    if options.without_plugins:
        settings = replace(settings, plugins=False)
    keep_templates(settings)
    from lms_leiderschap.app import make_app
    from lms_leiderschap.cli.answering import Answering
    from lms_leiderschap.web.layout import compile_templates

    logging.config.fileConfig(options.ini, disable_existing_loggers=False)
    _give_memory_back()
    server = section_of(options.ini, "server:main")
    host, _colon, port = server.get("listen", "localhost:6543").rpartition(":")
    url = f"http://{host}:{options.port or port}"
    if settings.demo and options.port:
        settings = settings.reached_at(url)
    app = make_app(settings)
    compile_templates(app.registry)
    listener = listening(app, (host, options.port or int(port)), server)
    commands = Answering(app.registry)
    commands.start()
    if settings.jobs:
        app.registry.jobs.start()
    if options.json:
        jobs = app.registry.jobs.thread_id
        say_json({"url": url, "pid": os.getpid(), "jobs_thread": jobs})
    else:
        say(f"Serving on {url} (stop with Ctrl+C)")
    run(listener, app.registry, commands)
    return 0


def keep_templates(settings: Settings) -> None:
    """Keep compiled templates: a restart answers a second or two sooner.

    Chameleon reads this when it is imported, so call it before the application is.
    """
    directory = settings.side.parent / "templates"
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ.setdefault("CHAMELEON_CACHE", str(directory))


def listening(
    app: Any, where: tuple[str, int] | Sequence[socket], server: Mapping[str, str]
) -> Any:
    """A server that listens and does not answer yet.

    where   (host, port), or sockets that are bound already
    server  lines of [server:main]: threads, trusted_proxy, trusted_proxy_headers
    """
    from waitress.server import create_server

    from lms_leiderschap.cli.channel import keep_time

    more: dict[str, Any] = {name: server[name] for name in PROXY if name in server}
    match where:
        case (str(host), int(port)):
            more |= {"host": host, "port": port}
        case _:
            more["sockets"] = list(where)
    listener = create_server(
        app, threads=int(server.get("threads", 4)),
        max_request_body_size=app.registry.lms.body_max, connection_limit=1000,
        channel_timeout=60, ident=None, **more,
    )  # fmt: skip
    keep_time(listener)
    return listener


def run(listener: Any, registry: Any, commands: Any = None) -> None:
    """Answer until told to stop, then end the jobs and close the databases.

    commands  who answers other processes, an Answering
    """
    try:
        listener.run()
    finally:
        if commands is not None:
            commands.stop()
        registry.jobs.stop()
        registry.databases.close()


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
