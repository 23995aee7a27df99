"""Who gets to which page: a member of the company, with a role that may."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpResponseBase
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
