"""Everything that can be done to a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.actions import record
from lms_leiderschap.institution.model import Institution, institution_of
from lms_leiderschap.people.events import LinkAsked, PersonErased
from lms_leiderschap.people.model import Person
from lms_leiderschap.people.passwords import check_rules, hash_password
from lms_leiderschap.people.tokens import digest, new_token
from lms_leiderschap.permissions import Role
from lms_leiderschap.store.folder import new_id
from lms_leiderschap.texts import _

Notify = Callable[[Any], None]
LINK_LASTS = {"sign_in": timedelta(minutes=30), "reset": timedelta(hours=1),
              "invitation": timedelta(days=14)}
STAGED_LASTS = timedelta(days=7)


def normal_email(email: str) -> str:
    """The one way an address is compared: without spaces around it, in lower case."""
    return email.strip().lower()


def person_with(institution: Institution, email: str) -> Person | None:
    """The person who signs in with this address; None when there is none."""
    person_id = institution.emails.get(normal_email(email))
    return institution.people.get(person_id) if person_id else None


def register(institution: Institution, email: str, given_name: str, family_name: str, *,
             by: str, at: datetime) -> Person:
    """Make a person. Raises Refusal (field "email") when the address is already in use."""
    email = normal_email(email)
    if email in institution.emails:
        raise Refusal(_("Somebody already uses this e-mail address."), "email")
    person = institution.people.add(new_id(), Person(email, given_name, family_name))
    institution.emails[email] = person.__name__
    record(person, "person.registered", by=by, at=at)
    return person


def person_or_new(institution: Institution, email: str, given_name: str, family_name: str, *,
                  by: str, at: datetime) -> Person:
    """The person with this address; somebody nobody knows yet is made.

    Raises Refusal (field "given_name") when that takes a name and none was given.
    """
    person = person_with(institution, email)
    if person is not None:
        return person
    if not given_name:
        raise Refusal(_("Nobody has this address yet. Fill in the name too."), "given_name")
    return register(institution, email, given_name, family_name, by=by, at=at)


def set_password(person: Person, password: str, *, by: str, at: datetime) -> None:
    """Choose a password; every link that was out stops working, every session that was begun ends.

    Raises Refusal (field "password") when it breaks the rules.
    """
    check_rules(password, person.email)
    person.password = hash_password(password)
    person.tokens.clear()
    person.epoch = new_id()
    record(person, "person.password_changed", by=by, at=at)


def ask_link(person: Person, kind: str, *, at: datetime, notify: Notify) -> None:
    """Have a single-use link of a kind in LINK_LASTS mailed."""
    notify(LinkAsked(institution_of(person), person, kind, at))


def ask_link_at(institution: Institution, email: str, kind: str, *, at: datetime,
                notify: Notify) -> None:
    """The same by e-mail address. Nobody's, or of somebody who is blocked, costs as much."""
    person = person_with(institution, email)
    notify(LinkAsked(institution, None if person is None or person.blocked else person, kind, at))


def make_link(person: Person, kind: str, *, at: datetime, ends: datetime) -> str:
    """A new token for a link of that kind. Nothing is kept of it but a fingerprint, which counts
    as long as the password stays what it is."""
    for known, (_kind, past) in list(person.tokens.items()):
        if past < at:
            del person.tokens[known]
    text = new_token()
    person.tokens[_fingerprint(person, text)] = (kind, ends)
    return f"{person.__name__}.{text}"


def _fingerprint(person: Person, text: str) -> str:
    return digest(text + person.password)


def person_of_link(institution: Institution, token: str, kind: str, *,
                   at: datetime) -> Person | None:
    """Whose link this is, when it is of that kind, unused and in time; nothing is used up."""
    person_id, _dot, text = token.partition(".")
    person = institution.people.get(person_id)
    if person is None or person.blocked:
        return None
    known, ends = person.tokens.get(_fingerprint(person, text), ("", at))
    return person if known == kind and at < ends else None


def use_link(institution: Institution, token: str, kind: str, *, at: datetime) -> Person:
    """Use a link up and return whose it was.

    Raises Refusal when it is not known, of another kind, used or out of date.
    """
    person = person_of_link(institution, token, kind, at=at)
    if person is None:
        raise Refusal(_("This link no longer works. Ask for a new one."))
    del person.tokens[_fingerprint(person, token.partition(".")[2])]
    return person


def invite_to_role(institution: Institution, email: str, given_name: str, family_name: str,
                   role: Role, *, by: str, why: str, at: datetime, notify: Notify) -> Person:
    """Give such a role by e-mail address; somebody new is made and gets a link by mail.

    Raises Refusal (field "given_name") for a new person without a name.
    """
    person = person_or_new(institution, email, given_name, family_name, by=by, at=at)
    if not person.has_role(role):
        give_role(person, role, by=by, why=why, at=at)
        if not person.password:
            ask_link(person, "invitation", at=at, notify=notify)
    return person


def give_role(person: Person, role: Role, *, by: str, why: str, at: datetime) -> None:
    """Give a role that holds for the whole institution (office or admin)."""
    if not person.has_role(role):
        _set_roles(person, (*person.roles, role.value))
        record(person, "role.given", by=by, at=at, why=why, role=role.value)


def take_role(person: Person, role: Role, *, by: str, why: str, at: datetime) -> None:
    """Take such a role back.

    Raises Refusal when nobody would be left who can give roles.
    """
    if role is Role.ADMIN and not _another_admin(person):
        raise Refusal(_("Give somebody else this role first: nobody could give roles any more."))
    if person.has_role(role):
        _set_roles(person, tuple(name for name in person.roles if name != role.value))
        record(person, "role.taken", by=by, at=at, why=why, role=role.value)


def _set_roles(person: Person, roles: tuple[str, ...]) -> None:
    person.roles = roles
    institution = institution_of(person)
    others = {key: names for key, names in institution.staff.items() if key != person.__name__}
    institution.staff = others | ({person.__name__: roles} if roles else {})


def _another_admin(person: Person) -> bool:
    return any(Role.ADMIN.value in names for key, names in institution_of(person).staff.items()
               if key != person.__name__)


def set_profile(person: Person, *, address: str, language: str, by: str, at: datetime) -> None:
    """How pages speak to this person: address "u", "je" or "", language "nl" or "en"."""
    if (person.address, person.language) != (address, language):
        person.address, person.language = address, language
        record(person, "person.profile_changed", by=by, at=at)


def sign_out(person: Person, *, by: str, why: str, at: datetime) -> None:
    """End all sessions of a person, wherever they are."""
    person.epoch = new_id()
    record(person, "person.signed_out", by=by, at=at, why=why)


def block(person: Person, *, by: str, why: str, at: datetime) -> None:
    """Keep a person out: sessions end, links stop working, signing in does not work any more.

    Their work stays as it is. Raises Refusal for oneself, and for somebody who runs the
    institution when `by` is no administrator.
    """
    if by == person.__name__:
        raise Refusal(_("You cannot block yourself."))
    if person.roles and Role.ADMIN.value not in institution_of(person).staff.get(by, ()):
        raise Refusal(_("Only an administrator can block somebody who runs the institution."))
    if not person.blocked:
        person.blocked, person.epoch = True, new_id()
        person.tokens.clear()
        record(person, "person.blocked", by=by, at=at, why=why)


def unblock(person: Person, *, by: str, why: str, at: datetime) -> None:
    """Let a person in again. Raises Refusal as `block`."""
    if person.roles and Role.ADMIN.value not in institution_of(person).staff.get(by, ()):
        raise Refusal(_("Only an administrator can let in somebody who runs the institution."))
    if person.blocked:
        person.blocked = False
        record(person, "person.unblocked", by=by, at=at, why=why)


def forget_staged(person: Person, *, at: datetime) -> int:
    """Drop uploads that no form used within seven days; how many went."""
    names = person.staged.older_than(at - STAGED_LASTS)
    for name in names:
        person.staged.remove(name)
    return len(names)


def erase(person: Person, *, by: str, why: str, at: datetime, notify: Notify) -> None:
    """Take a person and all that is theirs out of the tree.

    The audit log keeps ids only and stays whole. Bytes leave the disk at the next pack.
    """
    institution = institution_of(person)
    record(person, "person.erased", by=by, at=at, why=why)
    notify(PersonErased(person, at))
    _set_roles(person, ())
    institution.emails.pop(person.email, None)
    institution.people.remove(person.__name__)
