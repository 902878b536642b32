"""Keys that plugins are signed with, and the file that says whose keys an operator trusts.

A key is Ed25519 (RFC 8032), written as ``ed25519:`` and the base64 of its 32 bytes. The public
text is also the name of the key: it is in every signature made with it.
"""

import base64
import binascii
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lms_leiderschap.errors import SettingError
from lms_leiderschap.plugin.specfile import line_of

PUBLIC = "ed25519:"
PRIVATE = "ed25519-private:"
_KEY_BYTES = 32
_FIELDS = ("name", "key")


def new_key() -> tuple[str, str]:
    """A fresh key as two texts: the private one, to keep, and the public one, to give away."""
    key = Ed25519PrivateKey.generate()
    private = PRIVATE + base64.b64encode(key.private_bytes_raw()).decode()
    return private, public_of(private)


def public_of(private: str) -> str:
    """The public text that belongs to a private one."""
    raw = private_key(private).public_key().public_bytes_raw()
    return PUBLIC + base64.b64encode(raw).decode()


def save_key(path: Path, private: str) -> None:
    """Write a private key to a new file that its owner alone can read, the public one beside it.

    Raises SettingError when the file is there already: a key is never overwritten.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise SettingError(f"The key file {path} cannot be made: {error.strerror}.") from error
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(private + "\n")
    path.with_name(f"{path.name}.pub").write_text(public_of(private) + "\n", "ascii")


def read_key(path: Path) -> str:
    """The private text of a key file. SettingError when it is none, or others can read it."""
    try:
        with path.open(encoding="ascii") as file:
            mode = os.fstat(file.fileno()).st_mode
            private = file.read(1000).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"The key file {path} cannot be read: {error}") from error
    if mode & 0o077:
        raise SettingError(f"Others can read the key file {path}. Repair it: chmod 600 {path}")
    try:
        private_key(private)
    except ValueError as error:
        raise SettingError(f"{path} is not a private key: {error}") from None
    return private


def read_trusted(path: Path | None) -> Mapping[str, str]:
    """Whose keys are trusted: the text of each public key, and the name of its owner.

    ::

        [[keys]]
        name = "Via Vinci"
        key = "ed25519:…"

    Without a path nobody's. Raises SettingError with the line when the file is wrong.
    """
    if path is None:
        return {}
    try:
        text = path.read_text("utf-8")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"The file of trusted keys {path} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{path} is not valid TOML: {error}.") from error
    rows = data.get("keys")
    if set(data) != {"keys"} or not isinstance(rows, list) or not rows:
        raise SettingError(f"{path}: this file holds [[keys]], each with a name and a key.")
    trusted: dict[str, str] = {}
    for place, row in enumerate(rows):
        field, sentence = _wrong(row, trusted)
        if sentence:
            line = line_of(text, ("keys", place), field)
            raise SettingError(f"{path}:{line}: {sentence}")
        trusted[row["key"]] = row["name"].strip()
    return trusted


def private_key(text: str) -> Ed25519PrivateKey:
    """The key that a private text says; ValueError when it says none."""
    return Ed25519PrivateKey.from_private_bytes(_raw(text, PRIVATE))


def public_key(text: str) -> Ed25519PublicKey:
    """The key that a public text says; ValueError when it says none."""
    return Ed25519PublicKey.from_public_bytes(_raw(text, PUBLIC))


def _raw(text: str, start: str) -> bytes:
    """One text for one key: another spelling of the same bytes is refused too."""
    shape = re.fullmatch(rf"{start}([A-Za-z0-9+/]{{43}}=)", text)
    if not shape:
        raise ValueError(f"it is not '{start}' and 44 characters.")
    try:
        raw = base64.b64decode(shape[1], validate=True)
    except binascii.Error:
        raise ValueError("it is not base64.") from None
    if len(raw) != _KEY_BYTES or base64.b64encode(raw).decode() != shape[1]:
        raise ValueError("it is not base64 in its usual spelling.")
    return raw


def _wrong(row: Any, trusted: Mapping[str, str]) -> tuple[str, str]:
    """The field that is wrong in one row, and why; two empty texts when it is right."""
    if not isinstance(row, dict):
        return "", "each of [[keys]] is a table with a name and a key."
    for field in (*_FIELDS, *row):
        if field not in _FIELDS:
            return field, f"'{field}' is not known here; a key has a name and a key."
        if not isinstance(row.get(field), str) or not row[field].strip():
            return field if field in row else "", f'this key needs: {field} = "…"'
    try:
        public_key(row["key"])
    except ValueError as error:
        return "key", f"this is not a public key: {error}"
    if row["key"] in trusted:
        return "key", f"this key stands here twice, also as '{trusted[row['key']]}'."
    return "", ""
