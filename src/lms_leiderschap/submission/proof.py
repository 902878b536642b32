"""A receipt that proves itself: signed with the key of the institution, checked without the
database, so that it still counts when the work, the account or the server is gone.

The signature is Ed25519 (RFC 8032): whoever has the public key can check a proof anywhere.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PURPOSE = b"lms_leiderschap receipt 1"
LONGEST = 20_000  # characters; twenty files take about 2,500
PROVEN = ("id", "work", "version", "authors", "at", "zone", "verdict", "text_sha256")


def proof_of(receipt: Mapping[str, Any], secret: bytes) -> str:
    """What a receipt proves, and our signature: letters, digits, "-", "_" and one dot.

    receipt  as ``receipt.receipt_of`` makes it; of files the size and fingerprint, not the name
    secret   the key of the institution (``Settings.secret``)
    """
    facts: dict[str, Any] = {name: receipt[name] for name in PROVEN}
    facts["files"] = [[size, sha256] for _name, size, sha256 in receipt["files"]]
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    body = _written(zlib.compress(text.encode(), 9))
    return f"{body}.{_written(_key(secret).sign(body.encode()))}"


def proven(text: str, secrets: Iterable[bytes]) -> dict[str, Any] | None:
    """What a proof says; None when not one sign of it may be trusted.

    text     as people paste it: spaces and line ends do not count
    secrets  the keys of the institution, those that were replaced too
    """
    body, _dot, signature = "".join(text.split()).partition(".")
    if not text.isascii() or len(text) > LONGEST:
        return None
    for secret in secrets:
        try:
            _key(secret).public_key().verify(_read(signature), body.encode())
        except (InvalidSignature, binascii.Error):
            continue
        found: dict[str, Any] = json.loads(zlib.decompress(_read(body)))
        return found
    return None


def public_key(secret: bytes) -> str:
    """The key to check proofs with, 64 hexadecimal digits."""
    return _key(secret).public_key().public_bytes_raw().hex()


def _key(secret: bytes) -> Ed25519PrivateKey:
    seed = hmac.new(secret, PURPOSE, hashlib.sha256).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def _written(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _read(text: str) -> bytes:
    """Exactly what `_written` wrote: another way to write the same bytes is no proof of ours."""
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _written(data) != text:
        raise binascii.Error("not as we write it")
    return data
