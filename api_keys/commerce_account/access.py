"""Who gets to which page: a member of the company, with a role that may, who lately proved it."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render

from admin_portal.requests import AuthenticatedRequest
from api_keys.commerce_account.models import Company, Membership, Role

CURRENT_COMPANY = "company"
"""Session key: which company API Portal opens for a person who belongs to several."""

FORM_METHODS = ["GET", "HEAD", "POST"]
"""Where a form is sent to its own page, so that signing in again or a reload finds that page."""


class MemberRequest(AuthenticatedRequest):
    """A request for a page of a company, by one of its members."""

    membership: Membership


P = ParamSpec("P")
MemberView = Callable[Concatenate[MemberRequest, P], HttpResponseBase]


def for_members(
    may: Callable[[Role], bool] = lambda role: True,
) -> Callable[[MemberView[P]], Callable[..., HttpResponseBase]]:
    """Open a view at `…/<int:company_pk>/…` to the company's members whose role `may`.

    To everybody else there is no such page: a company that one does not belong to answers like
    one that does not exist. A member whose role may not is told so, with 403.
    """

    def decorate(view: MemberView[P]) -> Callable[..., HttpResponseBase]:
        @functools.wraps(view)
        def guarded(request: Any, company_pk: int, *args: P.args, **kwargs: P.kwargs) -> Any:
            memberships = Membership.objects.select_related("company")
            membership = memberships.filter(user=request.user, company=company_pk).first()
            if membership is None:
                raise Http404
            request.membership = membership
            if request.session.get(CURRENT_COMPANY) != company_pk:
                request.session[CURRENT_COMPANY] = company_pk
            if not may(Role(membership.role)):
                return render(request, "commerce_account/not_allowed.html", status=403)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def current_company(request: AuthenticatedRequest) -> Company | None:
    """Return the company whose page the person saw last, or else the one joined first."""
    companies = {
        membership.company_id: membership.company
        for membership in Membership.objects.filter(user=request.user)
        .select_related("company")
        .order_by("pk")
    }
    first = next(iter(companies.values()), None)
    return companies.get(request.session.get(CURRENT_COMPANY, 0), first)


def has_recent_proof(request: HttpRequest) -> bool:
    """Tell whether the visitor gave a password or a second factor lately, signing in included."""
    user = request.user
    records = get_authentication_records(request, user if isinstance(user, User) else None)
    return bool(records) and time.time() - records[-1]["at"] < settings.STEP_UP_SECONDS


def proof_required(view: MemberView[P]) -> Callable[..., HttpResponseBase]:
    """Ask for the password or second factor again before a form is carried out.

    The library keeps what was sent, asks, and then goes on with it. Looking at the form's page
    is free.
    """

    @functools.wraps(view)
    def guarded(request: MemberRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        require_recent_proof(request)
        return view(request, *args, **kwargs)

    return guarded


def require_recent_proof(request: HttpRequest) -> None:
    """Raise what the library answers by asking, for a form without recent proof."""
    if request.method == "POST" and not has_recent_proof(request):
        # The library finds what was sent again by the path alone.
        request.META["QUERY_STRING"] = ""
        raise ReauthenticationRequired
