"""What people type reaches a mail as text: no header, no recipient, no address but our own."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms_leiderschap.message.mail import BadAddress, address_of
from tests.conftest import NOW
from tests.hostile.conftest import Canary
from tests.hostile.corpus import NASTY
from tests.hostile.doors import ROLES, Site
from tests.hostile.filling import Filler
from tests.message.conftest import free_port as free_port
from tests.message.conftest import make_jobs as make_jobs
from tests.message.conftest import server as server

HEADERS = {
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version",
    "Content-Type", "Content-Transfer-Encoding", "X-Peer", "X-MailFrom", "X-RcptTo",
}  # fmt: skip
LINE_ENDS = "Anna\r\nBcc: eve@evil.test\r\n\r\n<script>xss()</script> ${7*191}{0.__class__}%(name)s"


@pytest.mark.promise("C8", "C9", "C10")
@pytest.mark.tier("nightly")
def test_no_field_makes_a_header_or_a_recipient(
    site: Site, browse: Any, server: Any, make_jobs: Any, canary: Canary, figure: Any
) -> None:
    """Every form is filled in with line ends and an address that must not be asked; then all
    mail goes to a real mail server, and every other job runs."""
    known = set(site.registry.jobs.within(
        site.registry.lms.institutions[0], lambda one: set(one.emails)))  # fmt: skip
    filler = Filler(site, {who: browse(who) for who in ROLES if who})
    filler.fill_all(f"{LINE_ENDS} {canary.url}")
    for minute in range(3):
        make_jobs().run_once(NOW + timedelta(days=1, minutes=minute))
    site.registry.jobs.run_once(NOW + timedelta(days=2))
    mails, recipients = server.postman.mails, server.postman.recipients
    own = re.compile(r"eve\d+@evil\.test")  # whom a form asked for by this address
    strange = [to for to in recipients
               if len(to) != 1 or not (to[0] in known or own.fullmatch(to[0]))]  # fmt: skip
    injected = [name for mail in mails for name in mail if name not in HEADERS]
    said = "\n".join(f"{mail['Subject']}\n{mail.get_content()}" for mail in mails)
    links = {found for found in re.findall(r"https?://[^/\s]+", said) if found not in canary.url}
    figure("mails", len(mails), "mails", at_least=4)
    figure("headers made by a text", len(injected), "headers", at_most=0)
    figure("recipients made by a text", len(strange), "mails", at_most=0)
    figure("expressions that were evaluated", len(re.findall("1337|<class '", said)), "times",
           at_most=0)  # fmt: skip
    figure("addresses of a text that were asked", canary.hits(), "requests", at_most=0)
    assert links == {"http://noord.test"}


texts = st.one_of(st.sampled_from([text for text in NASTY if len(text) < 10_000]),
                  st.text(st.characters(), max_size=80))  # fmt: skip


@pytest.mark.promise("C10")
@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(texts, texts)
def test_any_address_and_name_is_one_address_or_none(email: str, name: str) -> None:
    try:
        written = str(address_of(email, name.replace("\r", "").replace("\n", "")))
    except BadAddress:
        return
    assert "\r" not in written and "\n" not in written
