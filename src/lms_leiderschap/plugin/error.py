"""What may be wrong with a plugin."""


class PluginError(Exception):
    """A plugin cannot be loaded.

    sentence  what is wrong, for the author, with the nearest right word where there is one
    file      path inside the plugin, empty when it is not in a file
    line      from 1; 0 when it is not in a file
    """

    def __init__(self, sentence: str, file: str = "", line: int = 0) -> None:
        place = f"{file}:{line}" if line else file
        super().__init__(f"{place}: {sentence}" if file else sentence)
        self.sentence = sentence
        self.file = file
        self.line = line
