"""What stands in a mail: in the reader's language, and never a header that somebody typed."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest

from lms_leiderschap.message.actions import mail_date, mail_in, mail_link, mail_receipt, with_link
from lms_leiderschap.message.letters import LETTERS
from lms_leiderschap.message.mail import compose, localizer_for
from lms_leiderschap.people.actions import person_of_link
from lms_leiderschap.settings import InstitutionEntry
from lms_leiderschap.submission.actions import save_part, submit
from tests.conftest import NOW

ENTRY = InstitutionEntry("noord", ("anders.test",), "https://leren.noord.test", "file:x")
WORK = "hrm.ink-met-medewerkers"


@pytest.fixture
def read(tree: Any, speak: Any) -> Any:
    """read(locale) is the one mail that waits, as it arrives."""

    def compose_only(locale: str = "") -> EmailMessage:
        ((number, item),) = mail_in(tree)
        translate = speak(locale or item["data"]["locale"]).translate
        if locale:
            item["data"]["locale"] = locale
        message = compose(
            with_link(tree, item, at=NOW),
            number,
            tree,
            entry=ENTRY,
            sender="lms@noord.test",
            translate=translate,
        )
        return message_from_bytes(message.as_bytes(), EmailMessage, policy=SMTP)

    return compose_only


def text_of(message: EmailMessage) -> str:
    return str(message.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("nl", "Met deze link logt u in."),
        ("nl_je", "Met deze link log je in."),
        ("en", "You sign in with this link."),
    ],
)
def test_a_link_is_mailed_politely_familiarly_and_in_english(
    tree: Any, people: Any, read: Any, locale: str, sentence: str
) -> None:
    mail_link(tree, people["anna"], "sign_in", at=NOW)
    mail = read(locale)
    assert sentence in text_of(mail)
    link = rf"https://leren.noord.test/link/sign_in/({people['anna'].__name__}[.][\w-]{{43}})\n"
    (token,) = re.findall(link, text_of(mail))
    assert person_of_link(tree, token, "sign_in", at=NOW) is people["anna"]
    assert len(re.findall("https?://", text_of(mail))) == 1


@pytest.mark.parametrize(
    ("own", "speaks", "language", "locale"),
    [
        ("", "u", "nl", "nl"),
        ("", "je", "nl", "nl_je"),
        ("u", "je", "nl", "nl"),
        ("je", "u", "nl", "nl_je"),
        ("je", "je", "en", "en"),
    ],
)
def test_a_person_s_choice_goes_before_that_of_the_programme(
    tree: Any, people: Any, enrolment: Any, own: str, speaks: str, language: str, locale: str
) -> None:
    people["anna"].address, people["anna"].language = own, language
    enrolment.edition.address = speaks
    mail_date(enrolment.work[WORK], NOW, "", at=NOW)
    ((_number, item),) = mail_in(tree)
    assert item["data"]["locale"] == locale


def test_an_invitation_names_what_it_is_for(tree: Any, people: Any, read: Any) -> None:
    mail_link(tree, people["bram"], "invitation", at=NOW)
    assert read("nl")["Subject"] == "Uitnodiging: Najaar 2026"


def test_headers_say_whose_mail_it_is(tree: Any, people: Any, read: Any) -> None:
    tree.office_email = "bureau@noord.test"
    mail_link(tree, people["anna"], "reset", at=NOW)
    mail = read()
    assert mail["From"] == "Academie Noord <lms@noord.test>"
    assert mail["To"] == "anna@noord.test"
    assert mail["Reply-To"] == "bureau@noord.test"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    assert re.fullmatch(r"<[0-9a-f]{16}\.noord@leren\.noord\.test>", mail["Message-ID"])


def test_a_new_date_comes_with_its_reason(enrolment: Any, read: Any) -> None:
    mail_date(enrolment.work[WORK], NOW + timedelta(days=9), "Ziek geweest", at=NOW)
    mail = read("nl")
    assert mail["Subject"].strip().startswith("Nieuwe datum voor ")
    assert "De reden: Ziek geweest" in text_of(mail)
    assert f"/work/{WORK}\n" in text_of(mail)
    assert mail.as_bytes() == read("nl").as_bytes()


NASTY = "x\r\nBcc: all@zuid.test\r\n\r\n<b>${7*191}{0.__class__}</b>\x00"


@pytest.mark.promise("C10")
def test_no_name_or_text_ever_makes_a_header(
    tree: Any, people: Any, enrolment: Any, read: Any
) -> None:
    tree.name = people["anna"].given_name = NASTY
    assignment = enrolment.edition.pins[f"assignment:{WORK}"]
    assignment.data = {**assignment.data, "title": NASTY}
    mail_date(enrolment.work[WORK], NOW, NASTY, at=NOW)
    mail = read("nl")
    assert set(mail) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
    }
    assert [address.addr_spec for address in mail["To"].addresses] == ["anna@noord.test"]
    assert len(mail["From"].addresses) == 1
    assert "1337" not in str(mail)
    assert "${7*191}" in text_of(mail)


@pytest.mark.promise("A7")
def test_the_receipt_proves_what_was_received(enrolment: Any, people: Any, read: Any) -> None:
    work = enrolment.work[WORK]
    submission = hand_in(work, people["anna"].__name__, lambda _event: None)
    submission.receipt["files"] = [("verslag.pdf", 214_000, "9c41" * 16)]
    mail_receipt(submission, at=NOW)
    text = text_of(read("nl"))
    receipt = submission.receipt
    assert "verslag.pdf, 214 kB\nSHA-256: " + "9c41" * 16 in text
    assert receipt["text_sha256"] in text
    assert receipt["id"] in text
    assert "(Europe/Amsterdam)" in text and "UTC" in text
    assert "Feedback verwacht uiterlijk" in text
    assert f"/work/{WORK}/versions/1/receipt\n" in text


def hand_in(work: Any, by: str, notify: Any) -> Any:
    part = work.report.parts[0].key
    block = {"id": "b1", "kind": "paragraph", "html": "<p>Dit staat alleen in het verslag.</p>"}
    save_part(work, part, {"blocks": [block], "in_file": False}, serial=None, by=by, at=NOW)
    keys = [known.key for known in work.report.parts]
    return submit(work, {}, without=keys, key="k", by=by, at=NOW, notify=notify)


def test_every_letter_is_written_in_every_language(registry: Any) -> None:
    assert set(LETTERS) == {
        "sign_in", "reset", "invitation", "receipt", "date_given", "feedback", "notice",
    }  # fmt: skip
    assert localizer_for(registry, "nl_je") is localizer_for(registry, "nl_je")
