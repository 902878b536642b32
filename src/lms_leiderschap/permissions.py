"""Who may do what: one table.

A page names one `Permission`. A role is local: it holds for one enrolment, group, edition or
institution, and for everything below that place in the tree. What no line here allows is refused.
"""

from enum import StrEnum

from pyramid.authorization import Allow


class Permission(StrEnum):
    """What a page asks of the person who opens it."""

    SEE_OWN = "see own week, profile and receipts"
    READ_WORK = "read work with its versions"
    WRITE_WORK = "write drafts, hand in and take back"
    READ_FEEDBACK = "read released feedback"
    GIVE_FEEDBACK = "read what was handed in, give and release feedback"
    SEE_QUEUE = "see what waits for feedback"
    SEE_EDITION = "see the edition, its modules and dates"
    RUN_EDITION = "enrol people, change dates, see who is overdue"
    MANAGE_ROLES = "give and take roles"
    READ_AUDIT = "read the audit log"
    MANAGE_ADDONS = "see and switch add-ons"


class Role(StrEnum):
    """A part somebody plays at one place in the tree."""

    PARTICIPANT = "participant"
    MEMBER = "member"
    TEACHER = "teacher"
    OFFICE = "office"
    ADMIN = "admin"


P = Permission
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PARTICIPANT: frozenset({P.READ_WORK, P.WRITE_WORK, P.READ_FEEDBACK}),
    Role.MEMBER: frozenset({P.READ_WORK, P.WRITE_WORK, P.READ_FEEDBACK}),
    Role.TEACHER: frozenset({P.SEE_EDITION, P.GIVE_FEEDBACK}),
    Role.OFFICE: frozenset({P.SEE_EDITION, P.RUN_EDITION}),
    Role.ADMIN: frozenset({P.RUN_EDITION, P.SEE_EDITION, P.MANAGE_ROLES, P.READ_AUDIT,
                           P.MANAGE_ADDONS}),
}


def allow(principal: str, role: Role) -> tuple[str, str, frozenset[Permission]]:
    """The access rule that gives `principal` ("person:<id>" or "role:<name>") a role here."""
    return (Allow, principal, ROLE_PERMISSIONS[role])


def principal_of(person_id: str) -> str:
    """How access rules name one person."""
    return f"person:{person_id}"
