"""A file somebody gave us, kept as a blob with its fingerprint."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, BinaryIO

from ZODB.blob import Blob

from lms_leiderschap.store.folder import Resource, new_id

CHUNK = 1 << 20


class StoredFile(Resource):
    """The bytes exactly as received, with the name they came with as mere text.

    media_type  decided by the server from the content, never what the browser said
    size        in bytes
    sha256      hexadecimal fingerprint of the bytes
    kept_at     aware moment of receipt
    """

    schema = 1
    personal = ("name", "blob")

    def __init__(self, name: str, media_type: str, kept_at: datetime) -> None:
        self.id = new_id()
        self.name = name
        self.media_type = media_type
        self.kept_at = kept_at
        self.size = 0
        self.sha256 = ""
        self.blob = Blob()

    def fill(self, source: BinaryIO, connection: Any) -> None:
        """Copy `source` from its start into the blob and take its fingerprint on the way.

        The blob joins the connection first: otherwise its bytes would be written to another disk
        and copied. Rewinding matters: on a retry the source stands at its end.
        """
        connection.add(self.blob)
        digest = hashlib.sha256()
        source.seek(0)
        with self.blob.open("w") as target:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                target.write(chunk)
            self.size = target.tell()
        self.sha256 = digest.hexdigest()

    def open(self) -> BinaryIO:
        """The committed bytes, to be read."""
        return self.blob.open("r")  # type: ignore[no-any-return]

    def path(self) -> str:
        """Where the committed bytes lie on disk (for a child process that reads them)."""
        return str(self.blob.committed())
