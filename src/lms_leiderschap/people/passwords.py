"""Passwords: what we accept, how they are kept, how they are checked.

Argon2id with 19 MiB, 2 passes, 1 lane (OWASP Password Storage Cheat Sheet). Rules after NIST
SP 800-63B-4, 3.1.1.2: length and a list of common ones, no rules on kinds of characters.
"""

from __future__ import annotations

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lms_leiderschap.errors import Refusal
from lms_leiderschap.people.common_passwords import COMMON_PASSWORDS
from lms_leiderschap.texts import _

MINIMUM = 12
MAXIMUM = 256

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, hash_len=32, salt_len=16)
# At most two at a time, so that many people signing in at once do not fill the memory.
_turns = threading.BoundedSemaphore(2)

# Of a random text that nobody has. A person we do not know costs the same time as one we know.
_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$8stbGJj1hh1Sik2b8yM06w"
    "$Gd3rkPYYsdRv1uEPX3IZXM7Hsu+wAWFMqniZAXacKq0"
)


def check_rules(password: str, email: str, *, field: str = "password") -> None:
    """Raise Refusal, for the form field `field`, when `password` may not be chosen.

    At least 12 and at most 256 characters, not one of the commonest, not the e-mail address.
    """
    text = _plain(password)
    if len(text) < MINIMUM:
        too_short = _("Use at least ${minimum} characters.", mapping={"minimum": MINIMUM})
        raise Refusal(too_short, field)
    if len(text) > MAXIMUM:
        too_long = _("Use at most ${maximum} characters.", mapping={"maximum": MAXIMUM})
        raise Refusal(too_long, field)
    folded = text.strip().casefold()
    if folded == _plain(email).strip().casefold():
        raise Refusal(_("The password cannot be the e-mail address. Choose another."), field)
    if folded in COMMON_PASSWORDS:
        raise Refusal(
            _("Many people use this password, so it is guessed at once. Choose another."), field
        )


def hash_password(password: str) -> str:
    """The argon2id hash of `password`, with its parameters and salt. Checks no rules."""
    with _turns:
        return _hasher.hash(_bytes(password))


def verify_password(hashed: str | None, password: str) -> bool:
    """Whether `password` belongs to `hashed`; False after the same time when `hashed` is None.

    A hash that is not one (an account without password) is treated as None.
    """
    if hashed is None or not _is_hash(hashed):
        _matches(_NOBODY, password)
        return False
    return _matches(hashed, password)


def needs_rehash(hashed: str) -> bool:
    """Whether `hashed` was made with other parameters than today's."""
    return not _is_hash(hashed) or _hasher.check_needs_rehash(hashed)


def _matches(hashed: str, password: str) -> bool:
    with _turns:
        try:
            return _hasher.verify(hashed, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False


def _is_hash(hashed: str) -> bool:
    try:
        _hasher.check_needs_rehash(hashed)
    except InvalidHashError:
        return False
    return True


def _plain(text: str) -> str:
    # The same letter typed on two keyboards may be one character or two.
    return unicodedata.normalize("NFC", text)


def _bytes(password: str) -> bytes:
    # Half a surrogate pair in a request is a wrong password, not an error.
    return _plain(password).encode("utf-8", "surrogatepass")
