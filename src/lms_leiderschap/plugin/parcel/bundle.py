"""The files of one folder plugin in memory."""

import hashlib
import io
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.resources.abc import Traversable
from os import PathLike
from typing import IO, Literal, overload

from lms_leiderschap.plugin.parcel.admitted import check_paths


class Bundle(Mapping[str, bytes]):
    """The files of one folder plugin: path with slashes to content, in the order of the paths.

    Every path is a plain relative one of a kind that a folder plugin may hold (PluginError
    otherwise). What is in the files is checked by who reads them: see ``archive``.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        check_paths(files)
        self._files = {path: files[path] for path in sorted(files)}

    def __getitem__(self, path: str) -> bytes:
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __repr__(self) -> str:
        return f"<Bundle of {len(self)} files, {self.digest[:8]}>"

    @cached_property
    def hashes(self) -> Mapping[str, str]:
        """The sha256 of each file, in hexadecimal."""
        return {path: hashlib.sha256(data).hexdigest() for path, data in self.items()}

    @cached_property
    def digest(self) -> str:
        """One sha256 over all paths and contents, in hexadecimal: equal when all files are."""
        lines = (f"{found} {path}\n" for path, found in self.hashes.items())
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def traversable(self) -> Traversable:
        """The same files as a folder that can be read like one on disk."""
        return BundlePath(self)


class BundlePath(Traversable):
    """A file or folder in a bundle; ``path`` is empty for the whole."""

    def __init__(self, bundle: Bundle, path: str = "") -> None:
        self._bundle = bundle
        self._path = path

    @property
    def name(self) -> str:
        return self._path.rpartition("/")[2]

    def is_dir(self) -> bool:
        return not self._path or bool(self._names())

    def is_file(self) -> bool:
        return self._path in self._bundle

    def iterdir(self) -> Iterator[Traversable]:
        if not self.is_dir():
            raise NotADirectoryError(self._path)
        return (self.joinpath(name) for name in self._names())

    def joinpath(self, *descendants: str | PathLike[str]) -> Traversable:
        parts = [str(part).strip("/") for part in (self._path, *descendants)]
        return BundlePath(self._bundle, "/".join(part for part in parts if part))

    @overload
    def open(
        self, mode: Literal["r"] = "r", *, encoding: str | None = None, errors: str | None = None
    ) -> IO[str]: ...

    @overload
    def open(self, mode: Literal["rb"]) -> IO[bytes]: ...

    def open(
        self, mode: str = "r", *, encoding: str | None = None, errors: str | None = None
    ) -> IO[str] | IO[bytes]:
        data = io.BytesIO(self.read_bytes())
        return data if mode == "rb" else io.TextIOWrapper(data, encoding or "utf-8", errors)

    def read_bytes(self) -> bytes:
        if not self.is_file():
            raise IsADirectoryError(self._path) if self.is_dir() else FileNotFoundError(self._path)
        return self._bundle[self._path]

    def read_text(self, encoding: str | None = None, errors: str | None = None) -> str:
        with self.open(encoding=encoding, errors=errors) as file:
            return file.read()

    def _names(self) -> list[str]:
        start = f"{self._path}/" if self._path else ""
        inside = (path.removeprefix(start) for path in self._bundle if path.startswith(start))
        return sorted({path.partition("/")[0] for path in inside})
