"""Text is text on every page: nothing that anybody kept becomes a tag, a handler or an address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

import pytest
import transaction

from lms_leiderschap.store.root import institution_in
from tests.addon.test_folders import added, switched_on, upload
from tests.hostile.doors import ROLES, Site
from tests.hostile.filling import PAYLOADS, Filler, folder

ADDRESSES = {"href", "src", "action", "formaction", "srcset", "poster", "data", "xlink:href"}
EMPTY = "data:,"  # our icon that is none
DEAD = {"iframe", "object", "embed", "base", "frame", "applet", "style", "math", "xss"}


class _Reader(HTMLParser):
    """Collects what would act in a browser."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        live = tag in DEAD or (tag == "script" and not at.get("src", "").startswith("/static/"))
        live = live or (tag == "meta" and at.get("http-equiv") == "refresh")
        for name, value in at.items():
            scheme = value.partition(":")[0].lower().strip()
            leads = name in ADDRESSES and value != EMPTY
            away = scheme in ("javascript", "data", "vbscript") or "evil.test" in value
            live = live or (leads and away) or name.startswith(("on", "xss")) or name == "style"
        if live:
            self.found.append(self.get_starttag_text() or tag)


def live(text: str) -> list[str]:
    """What acts in this page; also where an expression was evaluated."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.found + re.findall("1337|<class '|&lt;class '", text)


@pytest.mark.parametrize("text", [
    "<xss>", "<p onclick=x>", "<script>x</script>", "<a href=javascript:x>", "<p>1337</p>",
    "<img src=//evil.test>", "<svg/onload=x>", "<a href=' JAVASCRIPT:x'>",
])  # fmt: skip
def test_live_markup_is_seen(text: str) -> None:
    assert live(text)


def name_everything(registry: Any, text: str) -> None:
    """Names that no form of the screens keeps."""
    manager = transaction.TransactionManager(explicit=True)
    with manager:
        connection = registry.databases.connect(registry.lms.institutions[0], manager)
        institution = institution_in(connection)
        institution.name = text
        for programme in institution.programmes.values():
            programme.title = programme.short_title = text
            for edition in programme.editions.values():
                edition.title = edition.short_title = text
                for meeting in edition.meetings.values():
                    meeting.place = text
        for person in institution.people.values():
            person.given_name = person.family_name = text
    connection.close()


def filled(site: Site, browse: Any, payloads: Sequence[str]) -> Filler:
    """The institution after everybody kept nasty texts in every field they have."""
    ada, olga = browse("ada"), browse("olga")
    upload(ada, folder(payloads[0]), status=303)
    switched_on(ada, "naar")
    added(olga, "naar")
    filler = Filler(site, {who: browse(who) for who in ROLES if who})
    for payload in payloads:
        filler.fill_all(payload)
    name_everything(site.registry, payloads[0])
    return filler


@pytest.mark.promise("C2", "C8")
def test_nothing_that_was_kept_is_live(site: Site, browse: Any, tier: str, figure: Any) -> None:
    filler = filled(site, browse, PAYLOADS[:1] if tier == "commit" else PAYLOADS)
    found, looked_at = [], 0
    for who in ROLES:
        for path, body in site.look(who).items():
            looked_at += 1
            found += [(who, path, what) for what in live(body.decode("utf-8", "replace"))]
    print(sorted(filler.accepted.items()), sorted(filler.refused.items()))
    assert found == []
    figure("forms kept with nasty texts", filler.accepted.total(), "forms", at_least=40)
    figure("looked at", looked_at, "pages", at_least=300)
    figure("live markup", len(found), "places", at_most=0)
