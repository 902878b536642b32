"""``signature.json``: what is in a plugin, said by who signed it."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from cryptography.exceptions import InvalidSignature

from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.parcel.admitted import shown
from lms_leiderschap.plugin.parcel.keys import private_key, public_key, public_of
from lms_leiderschap.texts import _

SCHEMA = "signature/1"
MANIFEST = "signature.json"
MOST_BYTES = 4 * 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a signature covers.

    name, version  of the plugin
    signer         as the signer writes it; nobody vouches for it
    key            public text of the key it was signed with
    files          path to sha256 in hexadecimal, of every file but this one
    signature      base64 of the Ed25519 signature over all the rest
    """

    name: str
    version: str
    signer: str
    key: str
    files: Mapping[str, str]
    signature: str = ""

    @classmethod
    def read(cls, data: bytes) -> "Manifest":
        """From the file, whose signature must be right; PluginError otherwise."""
        try:
            found = cls._parsed(json.loads(data[:MOST_BYTES].decode()))
        except (ValueError, RecursionError):
            raise PluginError(_("this signature cannot be read."), MANIFEST) from None
        if data != found.written():  # so that one signature has one spelling
            raise PluginError(_("this signature was changed after it was made."), MANIFEST)
        found._check()
        return found

    @classmethod
    def _parsed(cls, plain: Any) -> "Manifest":
        if not isinstance(plain, dict) or plain.pop("schema", None) != SCHEMA:
            raise ValueError(f'"schema" is not "{SCHEMA}"')
        files = plain.get("files")
        words = [value for field, value in plain.items() if field != "files"]
        if set(plain) != set(cls.__slots__) or not isinstance(files, dict):
            raise ValueError("not the fields of a signature")
        if not all(isinstance(value, str) for value in (*words, *files.values())):
            raise ValueError("not texts")
        "".join((*words, *files)).encode()  # half a character is a ValueError too
        if not all(_SHA256.fullmatch(value) for value in files.values()):
            raise ValueError("not hashes")
        return cls(**plain)

    def signed(self, private: str) -> "Manifest":
        """The same, signed with a key."""
        unsigned = replace(self, key=public_of(private))
        signature = private_key(private).sign(unsigned._covered())
        return replace(unsigned, signature=base64.b64encode(signature).decode())

    def written(self) -> bytes:
        """The file."""
        plain = {"schema": SCHEMA, **asdict(self)}
        return json.dumps(plain, indent=1, sort_keys=True).encode() + b"\n"

    def compare(self, hashes: Mapping[str, str]) -> None:
        """Files are those that were signed, all of them and no others; PluginError names one."""
        for path in sorted({*self.files, *hashes} - {MANIFEST}):
            if path not in hashes:
                sentence = _("this file was signed and is missing.")
            elif path not in self.files:
                sentence = _("this file was added after the plugin was signed.")
            elif hashes[path] != self.files[path]:
                sentence = _("this file was changed after the plugin was signed.")
            else:
                continue
            raise PluginError(sentence, shown(path))

    def _covered(self) -> bytes:
        """What is signed: all but the signature, as JSON without spaces in the order of names."""
        plain = {"schema": SCHEMA, **asdict(self)}
        del plain["signature"]
        return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()

    def _check(self) -> None:
        try:
            signature = base64.b64decode(self.signature, validate=True)
            if base64.b64encode(signature).decode() != self.signature:
                raise ValueError("another spelling of the same signature")
            public_key(self.key).verify(signature, self._covered())
        except (InvalidSignature, ValueError, binascii.Error):
            raise PluginError(_("this signature does not fit what it signs."), MANIFEST) from None
