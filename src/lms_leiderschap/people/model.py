"""One human being in one institution, whatever the roles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from BTrees.OOBTree import OOBTree
from pyramid.authorization import Allow

from lms_leiderschap.permissions import Permission, Role, principal_of
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.store.folder import Folder, Resource


class Person(Resource):
    """Identity, credentials, settings, and where this person takes part.

    email        lower case; what one signs in with
    given_name   used where a group knows each other; family_name includes any prefix ("de Wit")
    password     argon2id hash; "" until one is chosen
    roles        roles that hold for the whole institution (office, admin)
    address      "u", "je" or "" for what the programme or institution chooses
    language     "nl" or "en"
    enrolments   path texts of enrolments, with the title of the edition
    teaches      path texts of editions this person teaches, with their titles
    tokens       fingerprints of single-use links: kind and moment they end
    epoch        random, another one whenever all sessions end: one that began under another opens
                 nothing; "" until the first time
    staged       uploads that no form has used yet
    plan         what goes with the person over programmes and years: intentions by random id
    proofs       certificates and exemptions by random id
    """

    schema = 1
    personal = ("email", "given_name", "family_name", "plan", "proofs", "staged")
    secret = ("password", "tokens")
    retention = "as long as the account"
    epoch = ""

    def __init__(self, email: str, given_name: str, family_name: str) -> None:
        self.email, self.given_name, self.family_name = email, given_name, family_name
        self.password = ""
        self.blocked = False
        self.roles: tuple[str, ...] = ()
        self.address = ""
        self.language = "nl"
        self.enrolments: Any = OOBTree()
        self.teaches: Any = OOBTree()
        self.tokens: Any = OOBTree()
        self.staged = Staging()
        self.staged.__name__, self.staged.__parent__ = "staged", self
        self.plan: Any = OOBTree()
        self.proofs: Any = OOBTree()

    def __getitem__(self, name: str) -> Any:
        return {"staged": self.staged}[name]

    def __acl__(self) -> list[Any]:
        return [(Allow, principal_of(self.__name__), {Permission.SEE_OWN})]

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    def has_role(self, role: Role) -> bool:
        return role.value in self.roles


class Staging(Folder):
    """Uploads received before the form they came with was looked at.

    A refused form, a conflict and a retry all find the file here; the action that uses it moves
    the reference, and what stays unused goes after seven days.
    """

    schema = 1
    personal = ("files",)
    retention = "seven days"

    def stage(self, upload: StoredFile) -> StoredFile:
        """Keep a received file until a form uses it."""
        return self.add(upload.id, upload)

    def take(self, file_id: str) -> StoredFile | None:
        """Hand out a staged file and forget it here; None when it is not there."""
        upload = self.get(file_id)
        if upload is not None:
            self.remove(file_id)
        return upload

    def older_than(self, moment: datetime) -> list[str]:
        return [name for name, upload in self.items() if upload.kept_at < moment]

