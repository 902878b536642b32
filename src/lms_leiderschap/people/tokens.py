"""Tokens that are used once, and texts that we signed ourselves.

All of it is arithmetic: nothing here stores, reads a clock or knows a request.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import quote, unquote

_FORM_KEY = b"lms_leiderschap form key"
FORM_KEY_LASTS = timedelta(hours=12)


def new_token() -> str:
    """A new token for a link: 256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def digest(text: str) -> str:
    """SHA-256 of a token, 64 hex characters. No salt: a random token cannot be guessed back."""
    return hashlib.sha256(_bytes(text)).hexdigest()


def sign(secret: bytes, *parts: str) -> str:
    """The parts and their HMAC-SHA256, separated by dots; anyone may read them, no one alter.

    Safe in an address. Use another secret for each purpose: what was signed for one would pass
    for the other.
    """
    body = ".".join(quote(part, safe="").replace(".", "%2E") for part in parts)
    return f"{body}.{_mac(secret, body)}"


def verify(secret: bytes, text: str) -> tuple[str, ...] | None:
    """The parts of a text that `sign` made with the same secret, None for any other text."""
    body, _, mac = text.rpartition(".")
    if not hmac.compare_digest(_bytes(mac), _bytes(_mac(secret, body))):
        return None
    return tuple(unquote(part) for part in body.split("."))


def verify_by(secrets: Iterable[bytes], text: str) -> tuple[str, ...] | None:
    """The parts of a text that `sign` made with one of these secrets, None for any other text."""
    return next((parts for secret in secrets if (parts := verify(secret, text))), None)


def form_key(secret: bytes, person_id: str, at: datetime) -> str:
    """A new key for one form drawn at `at`, `<random>.<person>.<seconds since 1970>.<mac>`.

    It says whose the form is, also after logout.
    """
    drawn = str(int(at.timestamp()))
    return sign(_form_secret(secret), secrets.token_urlsafe(16), person_id, drawn)


def person_of_form_key(secrets: Iterable[bytes], key: str, at: datetime) -> str | None:
    """The id of the person a form was drawn for; None when `key` is not ours or too old at `at`.

    secrets  the key of now and those it replaced: a form may be older than the key
    """
    parts = verify_by(map(_form_secret, secrets), key)
    if parts is None or len(parts) != 3:
        return None
    age = at.timestamp() - int(parts[2])
    return parts[1] if age <= FORM_KEY_LASTS.total_seconds() else None


def _form_secret(secret: bytes) -> bytes:
    return hmac.digest(secret, _FORM_KEY, "sha256")


def _mac(secret: bytes, body: str) -> str:
    mac = hmac.digest(secret, _bytes(body), "sha256")
    return urlsafe_b64encode(mac).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    # What arrives in a request may hold half a surrogate pair; it is wrong, not an error.
    return text.encode("utf-8", "surrogatepass")
