"""The one way to mark a sentence that a person will read.

The msgid is the plain English sentence; Dutch stands in ``locale/nl`` and, where it addresses the
reader with *je*, in ``locale/nl_je``.
"""

from translationstring import TranslationStringFactory

DOMAIN = "lms_leiderschap"
_ = TranslationStringFactory(DOMAIN)
