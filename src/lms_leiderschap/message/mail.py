"""Composing one mail out of an entry of the outbox: the same entry always gives the same bytes.

But for the token of a link, which is made for each try: the one before may be lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any
from urllib.parse import urlsplit

from pyramid.i18n import Localizer, make_localizer
from pyramid.interfaces import ILocalizer, ITranslationDirectories
from translationstring import TranslationString

from lms_leiderschap.institution.model import Institution
from lms_leiderschap.message.letters import LETTERS, Letter, Paragraph
from lms_leiderschap.settings import InstitutionEntry
from lms_leiderschap.texts import _
from lms_leiderschap.web.cleaning import clean_line, clean_text
from lms_leiderschap.web.formats import Formats

Translate = Any
POLICY = SMTP.clone(max_line_length=76)  # no longer line in quoted-printable (RFC 2045, 6.7)


class BadAddress(ValueError):
    """Nothing can be sent to this address."""


def localizer_for(registry: Any, locale: str) -> Localizer:
    """The catalogues of a locale, shared with the pages."""
    localizer = registry.queryUtility(ILocalizer, name=locale)
    if localizer is None:
        folders = registry.queryUtility(ITranslationDirectories, default=[])
        localizer = make_localizer(locale, folders)
        registry.registerUtility(localizer, ILocalizer, name=locale)
    return localizer


def letter_of(data: Mapping[str, Any], institution: Institution) -> Letter:
    """What an entry's data says, in words still to be translated.

    Persons it names are named as they are called now; one who is gone has no name.
    """
    people = {
        key: getattr(institution.people.get(person_id), "given_name", "")
        for key, person_id in data["names"].items()
    }
    values = {**data["values"], **people, "institution": institution.name, "ends": data["ends"]}
    return LETTERS[data["letter"]](values, Formats(institution.tz, data["locale"]))


def subject_of(data: Mapping[str, Any], institution: Institution, translate: Translate) -> str:
    return clean_line(_said(letter_of(data, institution).subject, translate))


def compose(
    item: Mapping[str, Any],
    number: int,
    institution: Institution,
    *,
    entry: InstitutionEntry,
    sender: str,
    translate: Translate,
) -> EmailMessage:
    """The mail of an entry, text only.

    number     of the entry; its Message-ID follows from it, so that a second try is the same mail
    sender     address in From
    translate  of the localizer of the entry's locale
    Raises BadAddress; KeyError when the person is gone.
    """
    data = item["data"]
    person = institution.people[data["to"]]
    host = urlsplit(entry.url).hostname
    message = EmailMessage(policy=POLICY)
    message["From"] = address_of(sender, clean_line(institution.name))
    # The name of the reader stays out of the header: it is theirs to choose.
    message["To"] = address_of(person.email)
    if institution.office_email:
        message["Reply-To"] = address_of(institution.office_email)
    message["Subject"] = subject_of(data, institution, translate)
    message["Date"] = datetime.fromisoformat(item["at"])
    message["Message-ID"] = f"<{number:016x}.{entry.key}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    text = _text(data, institution, person.given_name, entry.url + data["path"], translate)
    message.set_content(text, cte="quoted-printable")
    return message


def address_of(email: str, name: str = "") -> Address:
    """An address for a header. Raises BadAddress for what is none."""
    local, _at, domain = email.rpartition("@")
    try:
        if not local.isascii():
            raise ValueError
        return Address(name, addr_spec=f"{local}@{domain.encode('idna').decode()}")
    except (ValueError, IndexError, HeaderParseError) as error:
        raise BadAddress(email) from error


def _text(
    data: Mapping[str, Any],
    institution: Institution,
    given_name: str,
    url: str,
    translate: Translate,
) -> str:
    letter = letter_of(data, institution)
    answer = (
        _("This mail was sent automatically. An answer reaches the office.")
        if institution.office_email
        else _("This mail was sent automatically.")
    )
    parts = [
        _("Dear ${name},", mapping={"name": given_name}),
        *letter.before,
        url,
        *letter.after,
        institution.name,
        answer,
    ]
    said = (_said(part, translate) for part in parts)
    return clean_text("\n\n".join(said)) + "\n"


def _said(text: Paragraph, translate: Translate) -> str:
    if isinstance(text, tuple):
        return "\n".join(_said(line, translate) for line in text)
    return translate(text) if isinstance(text, TranslationString) else text
