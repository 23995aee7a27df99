"""My Account > Members: who belongs to a company, and what its owners do about that."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from admin_portal.actors import actor_of
from admin_portal.sign_in.proof import proof_required, require_recent_proof
from api_keys.commerce_account import members as belonging
from api_keys.commerce_account.access import (
    FORM_METHODS,
    MemberRequest,
    for_members,
)
from api_keys.commerce_account.company_forms import InviteForm, RoleForm
from api_keys.commerce_account.members import (
    COMPANIES_A_DAY,
    INVITATIONS_A_DAY,
    OPEN_INVITATIONS,
    Refusal,
    Refused,
)
from api_keys.commerce_account.models import Membership, Role

MEMBERS_ON_A_PAGE = 50


@require_http_methods(FORM_METHODS)
@never_cache
@for_members()
def members(request: MemberRequest) -> HttpResponse:
    """The list, the open invitations, and for owners the form for another."""
    if request.method == "POST":
        return invite(request)
    return _render(request)


def invite(request: MemberRequest) -> HttpResponse:
    """Invite somebody, if the member may."""
    if not Role(request.membership.role).may_manage_members():
        return render(request, "commerce_account/not_allowed.html", status=403)
    require_recent_proof(request)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _render(request, form=form)
    company, email = request.membership.company, form.cleaned_data["email"]
    try:
        belonging.invite(company, email, form.cleaned_data["role"], by=actor_of(request))
    except Refused as refused:
        form.add_error("email", explain(refused.refusal))
        return _render(request, form=form)
    messages.success(
        request, _("%s is invited. The link in the e-mail works for 7 days, once.") % email
    )
    return _to_list(request)


@require_http_methods(FORM_METHODS)
@never_cache
@for_members(Role.may_manage_members)
@proof_required
def withdraw_invitation(request: MemberRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(request.membership.company.invitation_set, pk=pk)
    if request.method == "POST":
        try:
            withdrawn = belonging.withdraw(invitation, by=actor_of(request))
        except Refused as refused:
            return _refuse(request, refused)
        if withdrawn:
            messages.success(request, _("%s is no longer invited.") % invitation.email)
        else:
            messages.info(request, _("This invitation was no longer open."))
    return _to_list(request)


@require_http_methods(FORM_METHODS)
@never_cache
@for_members(Role.may_manage_members)
@proof_required
def change_role(request: MemberRequest, pk: int) -> HttpResponse:
    member = _member_or_404(request, pk)
    if request.method != "POST":
        return _to_list(request)
    form = RoleForm(request.POST, membership=member)
    if form.is_valid():
        role = form.cleaned_data["role"]
        try:
            if belonging.change_role(member, role, by=actor_of(request)):
                words = {"person": member.user.email, "role": role.label}
                messages.success(request, _("%(person)s is now: %(role)s.") % words)
            return _to_list(request)
        except Refused as refused:
            form.add_error("role", explain(refused.refusal))
    return _render(request, refused_row={member.pk: form})


@require_http_methods(FORM_METHODS)
@never_cache
@for_members(Role.may_manage_members)
@proof_required
def remove_member(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask, then end somebody's membership."""
    member = _member_or_404(request, pk)
    if member == request.membership:
        return redirect("leave_company", member.company_id)
    if request.method != "POST":
        return render(request, "commerce_account/remove_member.html", {"member": member})
    try:
        belonging.remove(member, by=actor_of(request))
    except Refused as refused:
        return _refuse(request, refused)
    messages.success(request, _("%s was removed.") % member.user.email)
    return _to_list(request)


@require_http_methods(FORM_METHODS)
@never_cache
@for_members()
@proof_required
def leave_company(request: MemberRequest) -> HttpResponse:
    """Ask, then end one's own membership."""
    if request.method == "POST":
        try:
            belonging.leave(request.membership, by=actor_of(request))
        except Refused as refused:
            return _refuse(request, refused)
        messages.success(request, _("You left %s.") % request.membership.company.name)
        return redirect("api_portal")
    context = {"is_last_owner": belonging.is_last_owner(request.membership)}
    return render(request, "commerce_account/leave_company.html", context)


def explain(refusal: Refusal) -> str:
    """Say why nothing was changed, and what to do about it."""
    match refusal:
        case Refusal.MEMBER_ALREADY:
            return _("This person is a member already.")
        case Refusal.NO_MEMBER:
            return _("This person is no longer a member.")
        case Refusal.TOO_MANY_INVITATIONS:
            return (
                _("More than %d invitations can't be open. Withdraw one, or wait until tomorrow.")
                % OPEN_INVITATIONS
            )
        case Refusal.INVITED_TOO_MANY_TODAY:
            return _("You invited %d people within a day. Wait until tomorrow.") % INVITATIONS_A_DAY
        case Refusal.INVITED_TOO_OFTEN_TODAY:
            return _("This address was invited too often today. Wait until tomorrow.")
        case Refusal.TOO_MANY_COMPANIES_TODAY:
            return _("You made %d companies within a day. Wait until tomorrow.") % COMPANIES_A_DAY
        case Refusal.LAST_OWNER:
            return _(
                "A company needs an owner, and there is no other. Make somebody an owner first."
            )
    return _("You are no longer an owner of this company, so nothing was changed.")


def with_second_step(user_pks: Iterable[int]) -> set[int]:
    """Return which of these people are asked for more than a password when they sign in."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    found = Authenticator.objects.filter(user__in=user_pks, type__in=kinds)
    return set(found.values_list("user_id", flat=True))


def _member_or_404(request: MemberRequest, pk: int) -> Membership:
    found = Membership.objects.select_related("user", "company")
    return get_object_or_404(found, pk=pk, company=request.membership.company)


def _refuse(request: MemberRequest, refused: Refused) -> HttpResponseRedirect:
    messages.error(request, explain(refused.refusal))
    return _to_list(request)


def _to_list(request: MemberRequest) -> HttpResponseRedirect:
    return redirect("members", request.membership.company_id)


def _render(
    request: MemberRequest,
    *,
    form: InviteForm | None = None,
    refused_row: dict[int, RoleForm] | None = None,
) -> HttpResponse:
    company = request.membership.company
    found = Membership.objects.filter(company=company).select_related("user")
    page = Paginator(found.order_by("joined_at", "pk"), MEMBERS_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    safe = with_second_step(member.user_id for member in page.object_list)
    may_manage = Role(request.membership.role).may_manage_members()
    context: dict[str, Any] = {
        "page": page,
        "rows": [
            (
                member,
                (refused_row or {}).get(member.pk) or RoleForm(membership=member),
                member.user_id in safe,
            )
            for member in page.object_list
        ],
        "may_manage_members": may_manage,
        "is_last_owner": belonging.is_last_owner(request.membership),
        "invitations": belonging.open_invitations(company, timezone.now()),
        "form": form or InviteForm(),
    }
    return render(request, "commerce_account/members.html", context)
