"""A FileStorage that also makes blobs survive a power cut.

ZODB fsyncs the transaction log of every commit but not the blob files, nor the directories they
stand in; and after a conflict it leaves the blobs of the refused transaction behind for ever. Both
are read in ``ZODB.FileStorage`` and ``ZODB.blob`` 6.4 and held by tests in ``tests/store``.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from ZODB.FileStorage import FileStorage

log = logging.getLogger(__name__)


def sync_path(path: str) -> None:
    """Ask the disk to really hold this file or directory."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folders(folder: str, top: str, known: set[str]) -> None:
    """Have the disk hold a folder and all above it up to `top`.

    Each blob has a folder of its own, eight deep; what is above them is mostly in `known`, which
    gets the new ones.
    """
    synced = []
    while folder != top and folder not in known:
        sync_path(folder)
        folder = os.path.dirname(folder)
        synced.append(folder)
    sync_path(folder)
    known.update(synced)


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner enters, and what is missing above it; on the disk."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_path(str(folder.parent))


def sync_tree(top: Path) -> None:
    """Have the disk hold a folder with everything in it."""
    for folder, _folders, names in os.walk(top, topdown=False):
        for name in names:
            sync_path(os.path.join(folder, name))
        sync_path(folder)


class DurableFileStorage(FileStorage):
    """FileStorage with blobs on disk before the transaction is (architecture §7)."""

    def __init__(self, file_name: str, **options: Any) -> None:
        # Folders above those of blobs, of which the disk has them and all above them.
        self._known_folders: set[str] = set()
        if not options.get("read_only"):
            _finish_packing(file_name)
        super().__init__(file_name, **options)

    def _blob_storeblob(self, oid: bytes, serial: bytes, blobfilename: str) -> None:
        super()._blob_storeblob(oid, serial, blobfilename)
        target = os.path.abspath(self.fshelper.getBlobFilename(oid, serial))
        sync_path(target)
        top = os.path.abspath(self.fshelper.base_dir)
        sync_folders(os.path.dirname(target), top, self._known_folders)

    def _abort(self) -> None:
        super()._abort()
        self._blob_tpc_abort()

    def _finish(self, tid: bytes, u: bytes, d: bytes, e: bytes) -> None:
        # After a failed fsync nobody knows whether the transaction is there: FileStorage closes
        # itself for good, so the honest way on is a restart that reads what the disk holds.
        try:
            super()._finish(tid, u, d, e)
        except BaseException:
            log.critical("the disk refused a commit; restarting", exc_info=True)
            os._exit(74)

    def pack(self, t: Any, referencesf: Any, gc: Any = None) -> None:
        try:
            super().pack(t, referencesf, gc)
        except OSError:
            # A full disk must not stay full of what could not be finished.
            with suppress(FileNotFoundError):
                os.unlink(f"{self._file_name}.pack")
            raise
        self._known_folders.clear()  # packing takes away what became empty
        sync_path(self._file_name)
        sync_path(os.path.dirname(os.path.abspath(self._file_name)))
        # The packed-away records would otherwise stay readable in the scratch file. The commit
        # lock: a transaction that is being stored has its records in that same file.
        with self._commit_lock, self._lock:
            self._tfile.seek(0)
            self._tfile.truncate()

    @staticmethod
    def packer(storage: Any, referencesf: Any, stop: Any, gc: Any) -> Any:
        """The new file is on the disk before it takes the place of the old one."""
        packed = FileStorage.packer(storage, referencesf, stop, gc)
        if packed is not None:
            sync_path(f"{storage._file_name}.pack")
        return packed

    def _remove_blob_files_tagged_for_removal_during_pack(self) -> None:
        # No blob goes before the disk knows the file that no longer names it.
        sync_path(os.path.dirname(os.path.abspath(self._file_name)))
        super()._remove_blob_files_tagged_for_removal_during_pack()


def _finish_packing(file_name: str) -> None:
    """Bring back the file that a crash left between the two renames of packing.

    FileStorage would begin an empty one.
    """
    if not os.path.exists(file_name) and os.path.exists(f"{file_name}.old"):
        log.warning("%s: packing was cut off; the file from before it is used", file_name)
        os.rename(f"{file_name}.old", file_name)
        sync_path(os.path.dirname(os.path.abspath(file_name)))
