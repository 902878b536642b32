"""Not yet."""
from lms_leiderschap.cli.words import Words
def add_words(commands: Words) -> None:
    pass
