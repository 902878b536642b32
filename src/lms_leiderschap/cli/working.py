"""The jobs as a process of their own, for servers of several processes.

Any number of workers may run at once: each mail is claimed by one of them in the database, and of
what runs now and then one takes the turn in the side store.
"""

from __future__ import annotations

import argparse
import logging.config
import os
import signal
from dataclasses import replace

from lms_leiderschap.cli.ini import settings_of
from lms_leiderschap.cli.inspecting import refuse_unsafe
from lms_leiderschap.cli.keys import keep_keys
from lms_leiderschap.cli.systemd import Systemd
from lms_leiderschap.cli.words import DEFAULT_INI, Words, add_json, say, say_json
from lms_leiderschap.errors import SettingError
from lms_leiderschap.settings import Settings


def add_words(commands: Words) -> None:
    words = commands.add("worker", worker, "Send mail and do what else comes after the answers, "
                                           "for servers with lms.jobs = false.")  # fmt: skip
    words.add_argument("ini", nargs="?", default=DEFAULT_INI)
    words.add_argument("--without-plugins", action="store_true", help="import none of them")
    add_json(words)


def worker(options: argparse.Namespace) -> int:
    """Work until SIGTERM or SIGINT, and finish what is at hand."""
    refuse_unsafe(options.ini)
    settings = settings_of(options.ini)
    if options.without_plugins:
        settings = replace(settings, plugins=False)
    _check(settings)
    from lms_leiderschap.app import configure
    from lms_leiderschap.cli.serving import close
    from lms_leiderschap.web.metrics import count_together

    logging.config.fileConfig(options.ini, disable_existing_loggers=False)
    systemd = Systemd()
    count_together(settings)
    registry = configure(settings).registry
    registry.databases.open_all()
    keep_keys(registry)
    registry.monitor.start()
    jobs = registry.jobs
    jobs.alone = True
    jobs.beat = lambda: systemd.tell("WATCHDOG=1")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: jobs.end())
    if options.json:
        say_json({"pid": os.getpid()})
    else:
        say("Working (stop with Ctrl+C)")
    systemd.tell("READY=1")
    try:
        jobs.run()
    finally:
        close(registry)
    return 0


def _check(settings: Settings) -> None:
    alone = settings.opened_once()
    if alone:
        raise SettingError(
            f"The storage file: of {', '.join(alone)} can be open in one process only: its server "
            "does this work itself, with lms.jobs = true.")  # fmt: skip
