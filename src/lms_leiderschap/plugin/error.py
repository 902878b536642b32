"""What may be wrong with a plugin."""

from lms_leiderschap.programme.mistake import Mistake


class PluginError(Mistake):
    """A plugin cannot be loaded."""
