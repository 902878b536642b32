"""An institution of its own for one plugin, in which everything is tried for real."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lms_leiderschap.app import configure
from lms_leiderschap.checking.browser import Browser
from lms_leiderschap.demo.make import address_of
from lms_leiderschap.demo.stage import KEY, NEW, people_of_stage, set_stage, stage_settings
from lms_leiderschap.plugin.loader import Plugins
from lms_leiderschap.store.scan import Scan, records, scan

URL = "http://localhost"


class Site:
    """The application over an institution that is thrown away afterwards.

    plugins  the one that is looked at, alone; name  of it
    """

    def __init__(self, plugins: Plugins, name: str) -> None:
        self.name = name
        self.folder = Path(tempfile.mkdtemp(prefix="lms-check-"))
        self.config = self._configured(plugins)
        self.registry = self.config.registry
        self.app = self.config.make_wsgi_app()
        set_stage(self.registry, plugins.loaded[name])

    def _configured(self, plugins: Plugins) -> Any:
        return configure(replace(stage_settings(self.folder, URL), demo=False), plugins)

    @contextmanager
    def served_with(self, plugins: Plugins) -> Iterator[None]:
        """The same institution through an application with other plugins, none say."""
        own = self.config, self.registry, self.app
        config = self._configured(plugins)
        # Only one may have the database open; its side store is a file that several may read.
        config.registry.databases = self.registry.databases
        try:
            self.config, self.registry = config, config.registry
            self.app = config.make_wsgi_app()
            yield
        finally:
            config.registry.side.close()
            self.config, self.registry, self.app = own

    @property
    def entry(self) -> Any:
        return self.registry.lms.institutions[0]

    def within(self, act: Callable[[Any], Any]) -> Any:
        """What `act(institution)` returns, in a transaction of its own."""
        return self.registry.jobs.within(self.entry, act)

    def edition(self, institution: Any) -> Any:
        return institution.programmes[KEY].editions[KEY]

    def newcomer(self, institution: Any) -> Any:
        """The enrolment of who has not handed in anything yet."""
        person = institution.emails[address_of(list(NEW))]
        edition = self.edition(institution)
        return edition.enrolments[edition.by_person[person]]

    def browser(self, part: str) -> Browser:
        """A signed-in "participant" (the newcomer), "teacher", "office" or "admin"."""
        people = people_of_stage()
        row = people["participants" if part == "participant" else
                     "teachers" if part == "teacher" else part][0]  # fmt: skip
        person, epoch = self.within(lambda institution: _asker(institution, row["name"]))
        token = self.registry.side.begin_session(self.entry.key, person, datetime.now(UTC),
                                                 method="check", epoch=epoch)  # fmt: skip
        return Browser(self.app, URL, {"lms": token})

    def own_paths(self) -> list[str]:
        """Addresses that a deep plugin adds; those with a blank in them are left aside."""
        routes = self.config.introspector.get_category("routes") or ()
        patterns = [str(each["introspectable"].get("pattern") or "") for each in routes]
        paths = [f"/{pattern.lstrip('/')}" for pattern in patterns]
        own = [path for path in paths if path.startswith(f"/x/{self.name}/")]
        return sorted(path for path in own if not set("{*") & set(path))

    def run_jobs(self, after: timedelta = timedelta()) -> None:
        """Deliver what waits, as the worker does."""
        self.registry.jobs.run_once(datetime.now(UTC) + after)

    def faults(self) -> list[Any]:
        """What went wrong in the plugin so far, newest first."""
        since = datetime.now(UTC) - timedelta(days=1)
        found: list[Any] = self.registry.side.faults.of(self.entry.key, self.name, since)
        return found

    def scan(self) -> Scan:
        """What the records of the database need to be read."""
        return scan(self.registry.databases.database(self.entry))

    def work(self) -> list[bytes]:
        """Every record that participants and groups wrote, as it is stored."""

        def places(institution: Any) -> tuple[list[bytes], list[bytes]]:
            edition = self.edition(institution)
            above = (institution, edition, edition.enrolments, institution.groups)
            roots = (*edition.enrolments.values(), *institution.groups.values())
            return [each._p_oid for each in roots], [each._p_oid for each in above]

        roots, above = self.within(places)
        return sorted(records(self.registry.databases.database(self.entry), roots, above))

    def close(self) -> None:
        """Throw it away."""
        self.registry.databases.close()
        self.registry.side.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _asker(institution: Any, name: list[str]) -> tuple[str, str]:
    """Id and epoch of somebody on the stage."""
    person = institution.people[institution.emails[address_of(name)]]
    return person.__name__, person.epoch
