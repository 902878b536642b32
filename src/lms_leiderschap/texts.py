"""The one way to mark a sentence that a person will read.

The msgid is the plain English sentence; Dutch stands in ``locale/nl`` and, where it addresses the
reader with *je*, in ``locale/nl_je``.
"""

from translationstring import TranslationString, TranslationStringFactory

DOMAIN = "lms_leiderschap"
_ = TranslationStringFactory(DOMAIN)


def english(text: str) -> str:
    """A sentence as it stands in the code, its places filled in: for logs and the command line."""
    return str(text.interpolate()) if isinstance(text, TranslationString) else text
