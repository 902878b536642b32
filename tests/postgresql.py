"""A real PostgreSQL server for tests, from the binaries of the distribution.

PostgreSQL refuses to run as root, so then it runs as the user that the distribution made for it.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bench.server import free_port

HOST = "127.0.0.1"
SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{sockets}'
max_connections = 60
shared_buffers = 64MB
logging_collector = off
lc_messages = 'C'
"""
# What a test loses in a power cut was never anybody's work.
HASTY = """
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
"""


def binaries() -> Path | None:
    """Where the newest PostgreSQL of the distribution has its programs; None without one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"),
                   key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


class PostgreSQL:
    """A server of its own in a temporary directory, on loopback and on a socket there.

    durable  False: without fsync, for tests that are not about losing things
    """

    def __init__(self, *, durable: bool) -> None:
        programs = binaries()
        if programs is None:
            pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
        self.programs, self.port = programs, free_port()
        self.directory = Path(tempfile.mkdtemp(prefix="lms-postgresql-"))
        self.owner = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
        if self.owner:
            shutil.chown(self.directory, **self.owner)
        self._run("initdb", "--no-sync", "--auth", "trust", "--username", "lms",
                  "--encoding", "UTF8", "--no-locale", "--pgdata", str(self.data))
        settings = SETTINGS.format(port=self.port, sockets=self.directory)
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(settings + ("" if durable else HASTY))
        self.process = self._start()

    @property
    def data(self) -> Path:
        return self.directory / "data"

    def dsn(self, name: str, port: int | None = None) -> str:
        """How to reach a database; `port` of a proxy that stands in between."""
        return f"host={HOST} port={port or self.port} dbname={name} user=lms"

    def start(self) -> None:
        """Start again after `stop`; returns when it answers."""
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with (self.directory / "log").open("ab") as log:
            process = subprocess.Popen([self.programs / "postgres", "-D", self.data],
                                       stdout=log, stderr=log, cwd=self.directory, **self.owner)
        ready = [self.programs / "pg_isready", "-q", "-h", HOST, "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode != 0:
            if process.poll() is not None:
                raise AssertionError((self.directory / "log").read_text("utf-8"))
        return process

    def stop(self, how: int = signal.SIGQUIT) -> None:
        """SIGQUIT is `pg_ctl stop -m immediate`; SIGKILL takes all its processes at once."""
        for pid in self._pids() if how == signal.SIGKILL else [self.process.pid]:
            _signal(pid, how)
        self.process.wait(timeout=60)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Not one of its processes moves; connections stay open and new ones hang."""
        pids = self._pids()
        for pid in pids:
            _signal(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                _signal(pid, signal.SIGCONT)

    def _pids(self) -> list[int]:
        """The postmaster and its children: each of these leads a process group of its own."""
        first = self.process.pid
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return [first, *map(int, children)]

    def remove(self) -> None:
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.directory)

    def create(self, name: str, template: str = "template0") -> None:
        """Make a database, of the same content as another one; one of that name goes first."""
        self.drop(name)
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def drop(self, name: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def keep(self, storage: str) -> Kept:
        """Remember how a database is now that nobody has open; `storage` as in a setting."""
        return Kept(self, storage.partition("dbname=")[2].partition(" ")[0])

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Rows of a statement in a connection of its own."""
        with connected(self.dsn(database)) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([self.programs / program, *arguments], cwd=self.directory, check=True,
                       stdout=subprocess.DEVNULL, timeout=120, **self.owner)


class Kept:
    """A database as it was, to begin again from; what nobody wrote in is left as it is."""

    def __init__(self, server: PostgreSQL, name: str) -> None:
        self.server, self.name, self.gone = server, name, False
        self.base = f"{name}_base"
        server.create(self.base, template=name)
        self.state = self._state()

    def restore(self) -> None:
        if self.gone or self._state() != self.state:
            self.server.create(self.name, template=self.base)
            self.gone = False

    def drop(self) -> None:
        self.server.drop(self.name)
        self.gone = True

    def _state(self) -> list[tuple[Any, ...]]:
        # A commit moves the last transaction, a pack the number of objects.
        return self.server.execute("SELECT max(tid), count(*) FROM object_state", self.name)


@contextmanager
def connected(dsn: str) -> Iterator[Any]:
    """A plain connection, closed afterwards."""
    import psycopg2  # an extra, so not at the top

    connection = psycopg2.connect(dsn)
    try:
        yield connection
    finally:
        connection.close()


def _signal(pid: int, how: int) -> None:
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        pass  # a child that ended by itself


@cache
def shared(*, durable: bool) -> PostgreSQL:
    """One server for all tests of this process, started when the first one asks for it."""
    server = PostgreSQL(durable=durable)
    atexit.register(server.remove)
    return server
