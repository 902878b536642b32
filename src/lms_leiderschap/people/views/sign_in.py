"""Signing in and out, and what happens to a form that came in without a login."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from pyramid.exceptions import BadCSRFOrigin, BadCSRFToken
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound, HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import exception_view_config, view_config

from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.people.actions import person_with
from lms_leiderschap.people.counted import CountedPage
from lms_leiderschap.people.kept import Kept, kept_page, posted_form, read_kept
from lms_leiderschap.people.known_device import known_device
from lms_leiderschap.people.model import Person
from lms_leiderschap.people.passwords import verify_password
from lms_leiderschap.people.schema import SignInSchema
from lms_leiderschap.people.session import Headers, begin_session, end_session, is_now
from lms_leiderschap.texts import _
from lms_leiderschap.web.errors import error_page, not_found
from lms_leiderschap.web.form import Button, form_page
from lms_leiderschap.web.security import HOME, local_path

PAGE = "lms_leiderschap.templates:people/sign_in.pt"
SCHEMA = SignInSchema()


@form_page(context=Institution, name="sign-in", permission=NO_PERMISSION_REQUIRED, renderer=PAGE)
class SignIn(CountedPage):
    """Sign in with e-mail address and password."""

    title = _("Sign in")
    buttons = (Button("sign_in", _("Sign in")),)
    form_attributes = {"action": "/sign-in"}
    kept: Kept | None = None

    def schema(self) -> SignInSchema:
        return SCHEMA

    def values(self) -> dict[str, Any]:
        kept = {"kept": self.kept.text, "kept_path": self.kept.path} if self.kept else {}
        return {"next": local_path(self.request.GET.get("next", HOME)), **kept}

    def __call__(self) -> dict[str, Any] | Response:
        if self.request.method != "POST" and self.request.person is not None:
            return HTTPSeeOther(self.values()["next"])
        return super().__call__()

    def extra(self) -> dict[str, Any]:
        return {"kept": bool(self.form.cstruct.get("kept"))}

    def save(self, values: dict[str, Any]) -> str | Response:
        self.kept = read_kept(self.request, values["kept"], values["kept_path"])
        person = self.who(values["email"], values["password"])
        headers = begin_session(self.request, person, "password")
        if self.kept is None:
            return HTTPSeeOther(local_path(values["next"]), headers=headers)
        if self.kept.person != person.__name__:
            return HTTPSeeOther(HOME, headers=headers)
        return self.give_back_kept(person, self.kept, headers)

    def who(self, email: str, password: str) -> Person:
        """The person these belong to; an unknown address costs the same time and sentence."""
        person = person_with(self.request.institution, email)
        device = known_device(self.request, person)
        counted = ("sign_in_known", device) if device else ("sign_in", email)
        self.count(*counted)
        known = person.password if person is not None and not person.blocked else None
        if not verify_password(known, password) or person is None:
            raise Refusal(
                _(
                    "This e-mail address and this password do not belong together. "
                    "Try again, or ask for a login link."
                )
            )
        self.give_back(*counted)
        return person

    def give_back_kept(self, person: Person, kept: Kept, headers: Headers) -> Response:
        is_now(self.request, person)
        response = kept_page(self.request, kept)
        response.headerlist.extend(headers)
        return response

    def drawn_for(self, kept: Kept) -> Response:
        """The form on a page of another address, with what was posted there in it."""
        self.kept = kept
        self.key = self.request.new_form_key()
        self._make_form()
        self.form.set_appstruct(self.values())
        return render_to_response(PAGE, self._draw(), request=self.request)


@view_config(
    context=Institution, name="sign-out", permission=NO_PERMISSION_REQUIRED, request_method="POST"
)
def sign_out(_context: Institution, request: Request) -> HTTPSeeOther:
    return HTTPSeeOther(HOME, headers=end_session(request))


@exception_view_config(
    context=HTTPForbidden, request_method="GET", is_authenticated=False, retryable_error=False
)
@exception_view_config(
    context=HTTPNotFound, request_method="GET", is_authenticated=False, retryable_error=False
)
def sign_in_first(error: Exception, request: Request) -> Response:
    """Below the branches of the tree, what is missing and what is private look the same."""
    if _nothing_private(error, request):
        return not_found(error, request)
    return HTTPSeeOther("/sign-in?" + urlencode({"next": request.path_qs}))


@exception_view_config(
    context=HTTPForbidden, request_method="POST", is_authenticated=False, retryable_error=False
)
@exception_view_config(
    context=HTTPNotFound, request_method="POST", is_authenticated=False, retryable_error=False
)
@exception_view_config(context=BadCSRFToken, retryable_error=False)
def login_ended(error: Exception, request: Request) -> Response:
    """Nothing typed is lost: who was it for, signs in and gets it back.

    Pyramid asks for the permission before it looks at the CSRF token. So without a login this is
    HTTPForbidden, whatever the token; BadCSRFToken means that the page may be seen: by somebody
    who signed in again elsewhere meanwhile, or by all, as the sign-in page itself.
    """
    if _nothing_private(error, request):
        return not_found(error, request)
    if _asked_by_script(request):
        return Response(json_body={}, status=403)
    kept, person = posted_form(request), request.person
    if kept is None or (person is not None and person.__name__ != kept.person):
        return refused_form(error, request)
    if person is not None:
        return kept_page(request, kept)
    response = SignIn(request.institution, request).drawn_for(kept)
    response.status_int = 403
    return response


@exception_view_config(context=BadCSRFOrigin, retryable_error=False)
def refused_form(_error: Exception, request: Request) -> Response:
    """A form that another site sent, or one of which nobody can tell whose it is."""
    return error_page(
        request,
        403,
        _("Your session has ended"),
        _("Go back, open the page again and try once more."),
    )


def _nothing_private(error: Exception, request: Request) -> bool:
    return isinstance(error, HTTPNotFound) and not getattr(request, "traversed", ())


def _asked_by_script(request: Request) -> bool:
    """The autosave has the text still; a page is of no use to it.

    By the address, not by the view: where nothing is found there is no view either, and the
    answers must not tell the two apart.
    """
    return (
        request.path_info.endswith("/draft")
        or "application/json" in request.headers.get("Accept", "")
        or "X-Requested-With" in request.headers
    )
