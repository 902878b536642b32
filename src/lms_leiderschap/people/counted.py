"""Forms that may be sent a number of times, then only after waiting."""

from __future__ import annotations

import math
from typing import Any

from pyramid.response import Response

from lms_leiderschap.errors import Refusal
from lms_leiderschap.texts import _
from lms_leiderschap.web.form import FormPage


def sign_in_again_in(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    if minutes == 1:
        return _("Try again in one minute, or ask for a login link.")
    return _("Try again in ${n} minutes, or ask for a login link.", mapping={"n": minutes})


def mail_again_in(_seconds: int) -> str:
    return _("Several mails were asked for already. Look in your mailbox, or try again later.")


class CountedPage(FormPage):
    """A form that answers 429 and when to come back once it was sent too often."""

    wait = 0

    def __call__(self) -> dict[str, Any] | Response:
        answer = super().__call__()
        if self.wait:
            self.request.response.status_int = 429
            self.request.response.headers["Retry-After"] = str(self.wait)
        return answer

    def count(self, limit: str, account: str) -> None:
        """Count one try of an account, known or not. Raises Refusal when there were too many."""
        self.wait = self.request.registry.throttle.take(
            limit, self.request.entry.key, self.request.arrived, **self._who(account)
        )
        if self.wait:
            mails = limit in ("login_link", "reset")
            raise Refusal(mail_again_in(self.wait) if mails else sign_in_again_in(self.wait))

    def give_back(self, limit: str, account: str) -> None:
        """It was a right one: the next person behind the same address may try too."""
        self.request.registry.throttle.give_back(
            limit, self.request.entry.key, self.request.arrived, **self._who(account)
        )

    def _who(self, account: str) -> dict[str, str]:
        return {"account": account, "address": self.request.remote_addr or ""}
