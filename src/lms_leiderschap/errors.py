"""What may go wrong on purpose."""


class Refusal(Exception):
    """A person asked for something that cannot be done; nothing was changed.

    message  the sentence that person reads: what happened and what now (a translation string)
    field    name of the form field it belongs to, dotted for nested fields; None for the whole form
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class DraftMoved(Refusal):
    """A draft was saved elsewhere since this page was opened; both texts are kept to choose from.

    serial  the number of the draft as it stands now
    value   the draft as it stands now
    """

    def __init__(self, message: str, field: str, serial: int, value: object) -> None:
        super().__init__(message, field)
        self.serial = serial
        self.value = value


class SettingError(Exception):
    """The configuration is wrong; start-up stops with this sentence."""
