"""Whom an operator lets in: by signature, or by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path

from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.parcel.bundle import Bundle
from lms_leiderschap.plugin.parcel.signing import (
    UNKNOWN,
    Sender,
    check,
    check_distribution,
    read_trusted,
)

__all__ = ["EVERYBODY", "UNKNOWN", "Sender", "Trust", "read_trust"]

ANY = "*"


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose signatures count on this server.

    keys      public text of each trusted key to the name of its owner
    unsigned  names of Python plugins that may go without such a signature; ``*`` is all
    """

    keys: Mapping[str, str] = field(default_factory=dict)
    unsigned: Collection[str] = (ANY,)

    def lets_in(self, name: str) -> bool:
        """Whether a Python plugin of this name may go unsigned."""
        return ANY in self.unsigned or name in self.unsigned

    def sender_of(self, point: EntryPoint) -> Sender:
        """Who signed an installed plugin; it is not imported for this.

        PluginError when it was changed after signing, or is signed by nobody we know and not
        named in ``unsigned``.
        """
        sender = check_distribution(point, self.keys)
        if sender.state == "trusted" or self.lets_in(point.name):
            return sender
        raise PluginError(
            "it is not signed with a key that this server trusts. The operator can let it in by "
            f"name: lms.unsigned_plugins = {point.name}"
        )

    def sender_of_folder(self, bundle: Bundle) -> Sender:
        """Who signed a folder; it carries no code, so an unknown sender may be anybody.

        PluginError when a file was changed after signing.
        """
        return check(bundle, self.keys)


EVERYBODY = Trust()


def read_trust(path: Path | None, unsigned: Collection[str]) -> Trust:
    """From the operator's settings. Raises SettingError when the file of keys is wrong."""
    return Trust(read_trusted(path), tuple(unsigned))
