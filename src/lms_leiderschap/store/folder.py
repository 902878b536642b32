"""Resources and folders: the tree that the database is and that addresses walk along."""

from __future__ import annotations

import secrets
from base64 import b32encode
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from BTrees.OOBTree import OOBTree
from persistent import Persistent

R = TypeVar("R", bound="Resource")
NOBODY: Mapping[str, Any] = MappingProxyType({})


def new_id() -> str:
    """A random name of 13 characters (63 bits): never read first, so no two writers collide."""
    return b32encode((secrets.randbits(63) << 1).to_bytes(8)).decode().rstrip("=").lower()


class Resource(Persistent):
    """A thing with a place in the tree.

    schema     version of what is stored in it
    personal   names of what in it is about persons
    secret     names of what never leaves the database, not even in an export
    retention  how long it is kept, in words
    """

    schema = 1
    personal: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    retention = "as long as what it stands in"
    __name__: str = ""
    __parent__: Resource | None = None


class Folder(Resource):
    """A resource that holds others by name; members with different names never conflict.

    Most folders stay empty (files, remarks), so the tree is made with the first member. Two writers
    of the first one collide, as they would in an empty tree.
    """

    _members: Any = NOBODY

    def add(self, name: str, member: R) -> R:
        """Put `member` here under `name`. Raises KeyError when the name is taken."""
        if name in self._members:
            raise KeyError(name)
        if self._members is NOBODY:
            self._members = OOBTree()
        member.__name__ = name
        member.__parent__ = self
        self._members[name] = member
        return member

    def remove(self, name: str) -> None:
        """Take the member out of the tree. Raises KeyError when there is none."""
        if name not in self._members:
            raise KeyError(name)
        del self._members[name]

    def __getitem__(self, name: str) -> Any:
        return self._members[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self._members.get(name, default)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members.keys())

    def values(self) -> Iterator[Any]:
        return iter(self._members.values())

    def items(self) -> Iterator[tuple[str, Any]]:
        return iter(self._members.items())

    def __len__(self) -> int:
        return len(self._members)

    def __bool__(self) -> bool:
        return True


def path_of(resource: Resource) -> tuple[str, ...]:
    """Names from the root down to `resource`, without the root's own empty name."""
    names: list[str] = []
    at: Resource | None = resource
    while at is not None and at.__parent__ is not None:
        names.append(at.__name__)
        at = at.__parent__
    return tuple(reversed(names))


def root_of(resource: Resource) -> Any:
    """The top of the tree that `resource` stands in."""
    at = resource
    while at.__parent__ is not None:
        at = at.__parent__
    return at


def find(root: Resource, path: tuple[str, ...]) -> Any:
    """The resource at `path` below `root`. Raises KeyError when it is not (any longer) there."""
    at: Any = root
    for name in path:
        at = at[name]
    return at
