"""My Account > API Portal: a company's keys of one environment, and the form for a new one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from admin_portal.actors import actor_of
from admin_portal.requests import AuthenticatedRequest
from admin_portal.sign_in.proof import require_recent_proof
from api_keys.commerce_account import issuing
from api_keys.commerce_account.access import (
    FORM_METHODS,
    MemberRequest,
    current_company,
    for_members,
)
from api_keys.commerce_account.issuing import Refusal, Refused
from api_keys.commerce_account.key_forms import SORT_ORDERS, KeyListForm, NewKeyForm
from api_keys.commerce_account.key_usage import calls_of
from api_keys.commerce_account.models import IssuedKey, IssuedKeyQuerySet, KeyState, Role
from api_keys.contract import KEY_PATTERN, Environment, fingerprint

KEYS_ON_A_PAGE = 25


@require_safe
@never_cache
def api_portal(request: AuthenticatedRequest) -> HttpResponse:
    """Lead on to the keys of the company that the person worked with last."""
    company = current_company(request)
    if company is None:
        return redirect("new_company")
    query = request.GET.urlencode()
    return redirect(reverse("keys", args=[company.pk]) + (f"?{query}" if query else ""))


@require_http_methods(FORM_METHODS)
@never_cache
@for_members()
def keys(request: MemberRequest) -> HttpResponse:
    """The list, and the form above it."""
    if request.method == "POST":
        return create_key(request)
    if KEY_PATTERN.search(request.GET.get("q", "")):
        return _without_the_key(request)
    form = KeyListForm(request.GET)
    form.is_valid()  # whatever isn't, is left out
    chosen = {"environment": Environment.PRODUCTION, "state": "", "sort": "newest", "q": ""}
    chosen |= {name: value for name, value in form.cleaned_data.items() if value}
    return _render(request, chosen)


def _without_the_key(request: MemberRequest) -> HttpResponseRedirect:
    """Search for the fingerprint instead: the address with the key stands in histories and logs."""
    query = request.GET.copy()
    found = KEY_PATTERN.search(str(query["q"]))
    query["q"] = fingerprint(found[0]) if found else ""
    messages.warning(
        request,
        _(
            "The key that you searched for stood in the address, where browsers and servers keep"
            " it. Roll it; and search for its last four characters or its fingerprint."
        ),
    )
    return redirect(f"{request.path}?{query.urlencode()}")


def create_key(request: MemberRequest) -> HttpResponse:
    """Create a key, if the member may; then show it in the list."""
    if not Role(request.membership.role).may_use_keys():
        return render(request, "commerce_account/not_allowed.html", status=403)
    form = NewKeyForm(request.POST)
    if not form.is_valid():
        return _render(request, {"environment": _environment_in(form)}, form)
    require_recent_proof(request)
    company = request.membership.company
    try:
        issued = issuing.issue_key(
            company,
            form.cleaned_data["environment"],
            form.cleaned_data["description"],
            by=actor_of(request),
            expires_at=form.expires_at(timezone.now()),
            form_token=form.cleaned_data["token"],
        )
    except Refused as refused:
        form.add_error("description", explain(refused.refusal))
        return _render(request, {"environment": form.cleaned_data["environment"]}, form)
    if issued.revoked_since(timezone.now()):
        messages.info(request, _("The key “%s” was already deleted.") % issued.description)
        return to_list(issued)
    messages.success(
        request,
        _(
            "Your new key “%s” is ready. Select Copy, go back to your store's tab and add the key"
            " there."
        )
        % issued.description,
    )
    return to_list(issued)


def explain(refusal: Refusal) -> str:
    """Say why a key was not issued, and what to do about it."""
    if refusal is Refusal.DESCRIPTION_TAKEN:
        return _("Another key of this environment has this description. Choose another.")
    if refusal is Refusal.LIMIT_REACHED:
        return (
            _(
                "Your company has %d keys in this environment, and may not have more. Delete"
                " one that is no longer used."
            )
            % settings.LIVE_KEYS_PER_ENVIRONMENT
        )
    return _("This key can't be rolled any more: it has expired, retires or was deleted.")


def to_list(issued: IssuedKey) -> HttpResponseRedirect:
    """Lead to the list that the key is in."""
    url = reverse("keys", args=[issued.company_id])
    return redirect(f"{url}?environment={issued.environment}")


def _environment_in(form: NewKeyForm) -> Environment:
    return form.cleaned_data.get("environment") or Environment.PRODUCTION


def _render(
    request: MemberRequest, chosen: dict[str, Any], refused: NewKeyForm | None = None
) -> HttpResponse:
    now = timezone.now()
    environment = chosen["environment"]
    page = Paginator(_keys_chosen(request, chosen, now), KEYS_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    keys_shown = _keys_on(page)
    calls = calls_of(keys_shown, now.date())
    context = {
        "environment": environment,
        "list_form": KeyListForm(initial=chosen),
        "form": refused or NewKeyForm(initial={"environment": environment}),
        "page": page,
        "keys": [(key, key.state(now), calls[key.pk]) for key in keys_shown],
        "is_searched": bool(chosen.get("q") or chosen.get("state")),
        "may_use_keys": Role(request.membership.role).may_use_keys(),
    }
    return render(request, "commerce_account/keys.html", context)


def _keys_on(page: Page[IssuedKey]) -> list[IssuedKey]:
    """Return a page's keys. The database sorts no more of all the others than their numbers."""
    on_page: Any = page.object_list
    keys = IssuedKey.objects.select_related("created_by").filter(pk__in=on_page.values("pk"))
    return list(keys.order_by(*on_page.query.order_by))


def _keys_chosen(
    request: MemberRequest, chosen: dict[str, Any], now: datetime
) -> IssuedKeyQuerySet:
    found = IssuedKey.objects.filter(
        company=request.membership.company, environment=chosen["environment"]
    )
    state = chosen.get("state")
    found = found.in_state(KeyState(state), now) if state else found.not_revoked(now)
    words = chosen.get("q", "")
    if words:
        found = found.filter(
            Q(description__icontains=words)
            | Q(fingerprint__icontains=words)
            | Q(last_four=words[-4:])
        )
    return found.order_by(*SORT_ORDERS[chosen.get("sort", "newest")])
