"""What the forms about a person ask."""

from __future__ import annotations

from lms_leiderschap.people.kept import MOST_KEPT
from lms_leiderschap.people.passwords import MINIMUM
from lms_leiderschap.texts import _
from lms_leiderschap.web.fields import (
    ChoiceField,
    EmailField,
    HiddenField,
    LineField,
    PasswordField,
    TextField,
)
from lms_leiderschap.web.groups import FormSchema

DEVICE = "device"


def new_password_field() -> PasswordField:
    """A password to choose; the rules themselves stand with the action."""
    return PasswordField(
        name="password",
        title=_("New password"),
        autocomplete="new-password",
        missing_msg=_("Choose a password."),
        description=_("At least ${n} characters. A few words in a row are fine.", {"n": MINIMUM}),
    )


class SignInSchema(FormSchema):
    email = EmailField(title=_("E-mail address"), autocomplete="username")
    password = PasswordField(title=_("Password"), missing_msg=_("Fill in your password."))
    next = HiddenField(longest=MOST_KEPT)
    kept = HiddenField(longest=MOST_KEPT)
    kept_path = HiddenField(longest=MOST_KEPT)


class AddressSchema(FormSchema):
    email = EmailField(title=_("E-mail address"), autocomplete="username")


class InviteeSchema(FormSchema):
    """Somebody by address; the name is for who has no account yet."""

    email = EmailField(title=_("E-mail address"), autocomplete="off")
    given_name = LineField(
        title=_("Given name"),
        missing="",
        width="mid",
        longest=100,
        description=_("Needed for somebody who has no account yet."),
    )
    family_name = LineField(title=_("Family name"), missing="", width="mid", longest=100)


def reason_field() -> TextField:
    """Why something about a role is changed; it stands in the log."""
    return TextField(
        name="why",
        title=_("Reason"),
        rows=2,
        longest=1000,
        description=_("This stands in the log. Write no names in it."),
    )


class ReasonSchema(FormSchema):
    why = reason_field()


class NothingSchema(FormSchema):
    """A form that is only a button."""


class NewPasswordSchema(FormSchema):
    password = new_password_field()


class ChangePasswordSchema(FormSchema):
    current = PasswordField(
        title=_("Current password"), missing_msg=_("Fill in your current password.")
    )
    password = new_password_field()


class ProfileSchema(FormSchema):
    language = ChoiceField(
        title=_("Language"), inline=True, choices=(("nl", "Nederlands"), ("en", "English"))
    )
    address = ChoiceField(
        title=_("Form of address"),
        choices=(
            ("as-programme", _("As the programme does")),
            ("u", "u"),
            ("je", "je"),
        ),
    )
    appearance = ChoiceField(
        title=_("Appearance"),
        inline=True,
        choices=((DEVICE, _("As this device")), ("light", _("Light")), ("dark", _("Dark"))),
    )
