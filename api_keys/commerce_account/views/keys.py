"""One key: everything about it, and what can be done with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from admin_portal.actors import actor_of
from admin_portal.encryption import UnreadableError
from admin_portal.sign_in.proof import proof_required
from api_keys.commerce_account import issuing
from api_keys.commerce_account.access import (
    FORM_METHODS,
    MemberRequest,
    for_members,
)
from api_keys.commerce_account.issuing import Refused
from api_keys.commerce_account.key_forms import RollForm, lifetime_of
from api_keys.commerce_account.key_usage import calls_of, clients_of
from api_keys.commerce_account.models import Event, IssuedKey, KeyState, Role
from api_keys.commerce_account.views.api_portal import explain, to_list


@require_safe
@never_cache
@for_members()
def key(request: MemberRequest, pk: int) -> HttpResponse:
    """Everything about a key but the key itself."""
    issued = _key_or_404(request, pk)
    return render(request, "commerce_account/key.html", _context(request, issued))


@require_http_methods(FORM_METHODS)
@never_cache
@for_members(Role.may_use_keys)
@proof_required
@sensitive_variables("key")
def reveal_key(request: MemberRequest, pk: int) -> HttpResponse:
    """Answer with the key itself: as text for the Copy button, as a page otherwise."""
    issued = _key_or_404(request, pk)
    if request.method != "POST":
        return _to_key(issued)
    is_for_script = request.get_preferred_type(["text/html", "text/plain"]) == "text/plain"
    if issued.revoked_since(timezone.now()):
        return HttpResponse(status=410) if is_for_script else _already_deleted(request, issued)
    try:
        key = issuing.reveal_key(issued, by=actor_of(request))
    except UnreadableError:
        return HttpResponse(status=410) if is_for_script else _sealed(request, issued)
    if is_for_script:
        return HttpResponse(key, content_type="text/plain; charset=utf-8")
    context = {"issued": issued, "key": key}
    return render(request, "commerce_account/reveal_key.html", context)


@require_http_methods(FORM_METHODS)
@never_cache
@for_members(Role.may_use_keys)
@proof_required
def roll_key(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask how long the old key is to work on; then make its successor."""
    issued = _key_or_404(request, pk)
    form = RollForm(request.POST or None, initial=lifetime_of(issued, timezone.localdate()))
    if request.method == "POST" and form.is_valid():
        try:
            successor = issuing.roll_key(
                issued,
                by=actor_of(request),
                expires_at=form.expires_at(timezone.now()),
                overlap=form.overlap_chosen(),
                form_token=form.cleaned_data["token"],
            )
        except Refused as refused:
            messages.error(request, explain(refused.refusal))
            return _to_key(issued)
        messages.success(
            request,
            _("This is the new key. Select Copy, and put it wherever the old one is used."),
        )
        if form.overlap_chosen() == timedelta():
            messages.warning(request, _("The old key is refused from now on."))
        return _to_key(successor)
    context = {**_context(request, issued), "form": form}
    return render(request, "commerce_account/roll_key.html", context)


@require_http_methods(FORM_METHODS)
@never_cache
@for_members(Role.may_use_keys)
@proof_required
def call_off_roll(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask, then keep the retiring key and delete its successor."""
    issued = _key_or_404(request, pk)
    successor = issuing.running_roll(issued)
    if request.method == "POST" and issuing.call_off_roll(issued, by=actor_of(request)):
        messages.success(request, _("The roll was called off: this key stays."))
        return _to_key(issued)
    if successor is None or request.method == "POST":
        messages.info(request, _("There is no roll to call off any more."))
        return _to_key(issued)
    context = {"issued": issued, **_what_breaks(successor)}
    return render(request, "commerce_account/call_off_roll.html", context)


@require_http_methods(FORM_METHODS)
@never_cache
@for_members(Role.may_use_keys)
@proof_required
def delete_key(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what it would break, then delete: for the service a revocation, at once and for good."""
    issued = _key_or_404(request, pk)
    if request.method == "POST" and issuing.revoke_key(issued, by=actor_of(request)):
        messages.success(request, _("The key “%s” was deleted.") % issued.description)
        return to_list(issued)
    if issued.revoked_since(timezone.now()) or request.method == "POST":
        return _already_deleted(request, issued)
    predecessor = issued.predecessor
    is_successor = predecessor is not None and issuing.running_roll(predecessor) == issued
    context = {"issued": issued, "is_successor": is_successor, **_what_breaks(issued)}
    return render(request, "commerce_account/delete_key.html", context)


def _key_or_404(request: MemberRequest, pk: int) -> IssuedKey:
    keys = IssuedKey.objects.select_related("company", "created_by", "predecessor")
    return get_object_or_404(keys, pk=pk, company=request.membership.company)


def _context(request: MemberRequest, issued: IssuedKey) -> dict[str, Any]:
    now = timezone.now()
    state = issued.state(now)
    return {
        "issued": issued,
        "state": state,
        "calls": calls_of([issued], now.date())[issued.pk],
        "clients": clients_of(issued, now.date()),
        "successor": issued.successors.order_by("-pk").first() if issued.retires_at else None,
        "may_call_off": bool(issued.retires_at) and issuing.running_roll(issued) is not None,
        "may_use_keys": Role(request.membership.role).may_use_keys(),
        "revoked_at": issued.revoked_since(now),
        "ending": _ending_of(issued) if state is KeyState.REVOKED else None,
        "is_live": state in (KeyState.ACTIVE, KeyState.EXPIRING),
        "is_revoked": state is KeyState.REVOKED,
    }


def _ending_of(issued: IssuedKey) -> Event | None:
    kinds = (Event.Kind.KEY_DELETED, Event.Kind.KEY_LEAKED)
    return issued.event_set.filter(kind__in=kinds).order_by("-pk").first()


def _what_breaks(issued: IssuedKey) -> dict[str, Any]:
    today = timezone.now().date()
    return {
        "endangered": issued,
        "clients": clients_of(issued, today),
        "calls": calls_of([issued], today)[issued.pk],
    }


def _already_deleted(request: MemberRequest, issued: IssuedKey) -> HttpResponseRedirect:
    messages.info(request, _("The key “%s” was already deleted.") % issued.description)
    return to_list(issued)


def _sealed(request: MemberRequest, issued: IssuedKey) -> HttpResponseRedirect:
    messages.error(
        request,
        _(
            "The copy of “%s” can't be opened, because this site's encryption key was replaced. The"
            " key itself still works. To have one to copy, add a new key."
        )
        % issued.description,
    )
    return to_list(issued)


def _to_key(issued: IssuedKey) -> HttpResponseRedirect:
    return redirect("key", issued.company_id, issued.pk)
