from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from api_keys.commerce_account import issuing
from api_keys.commerce_account.forms import EnvironmentForm, NewKeyForm
from api_keys.commerce_account.models import Company, IssuedKey
from api_keys.contract import Environment


class AuthenticatedRequest(HttpRequest):
    user: User  # SignInRequiredMiddleware turns everyone else away


FORM_METHODS = ["GET", "HEAD", "POST"]
"""Where a form is sent to its own page, so that signing in again or a reload finds that page."""


@require_http_methods(FORM_METHODS)
@never_cache
def api_portal(request: AuthenticatedRequest) -> HttpResponse:
    """My Account > API Portal: the company's keys of one environment, and a form for a new one."""
    company = request.user.companies.first()
    if company is None:
        return render(request, "commerce_account/no_company.html", status=403)
    if request.method == "POST":
        return _create_key(request, company)
    choice = EnvironmentForm(request.GET)
    is_known = choice.is_valid()
    environment = choice.cleaned_data["environment"] if is_known else Environment.PRODUCTION
    return _render_portal(request, company, environment)


@require_http_methods(FORM_METHODS)
@never_cache
@sensitive_variables("key")
def reveal_key(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Answer with the key itself: as text for the Copy button, as a page without JavaScript."""
    issued = _key_of_member_or_404(request.user, pk)
    if request.method != "POST":
        return _to_portal(issued.environment)
    is_for_script = request.get_preferred_type(["text/html", "text/plain"]) == "text/plain"
    if issued.revoked_at:
        return HttpResponse(status=410) if is_for_script else _already_deleted(request, issued)
    try:
        key = issuing.reveal_key(issued, actor=request.user)
    except InvalidToken:
        return HttpResponse(status=410) if is_for_script else _sealed(request, issued)
    if is_for_script:
        return HttpResponse(key, content_type="text/plain; charset=utf-8")
    context = {"company": issued.company, "issued": issued, "key": key}
    return render(request, "commerce_account/reveal_key.html", context)


@require_http_methods(FORM_METHODS)
@never_cache
def delete_key(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Ask, then delete: for the service that is a revocation, at once and for good."""
    issued = _key_of_member_or_404(request.user, pk)
    if request.method == "POST" and issuing.revoke_key(issued, actor=request.user):
        messages.success(request, _("The key “%s” was deleted.") % issued.description)
        return _to_portal(issued.environment)
    if issued.revoked_at or request.method == "POST":
        return _already_deleted(request, issued)
    context = {"company": issued.company, "issued": issued}
    return render(request, "commerce_account/delete_key.html", context)


def _create_key(request: AuthenticatedRequest, company: Company) -> HttpResponse:
    form = NewKeyForm(request.POST)
    if not form.is_valid():
        environment = form.cleaned_data.get("environment", Environment.PRODUCTION)
        return _render_portal(request, company, environment, form)
    issued, _key = issuing.issue_key(
        company,
        form.cleaned_data["environment"],
        form.cleaned_data["description"],
        actor=request.user,
        expires_at=issuing.default_expiry(timezone.now()),
    )
    messages.success(
        request,
        _(
            "Your new key “%s” is ready. Select Copy, go back to your store's tab and add the key"
            " there."
        )
        % issued.description,
    )
    return _to_portal(issued.environment)


def _render_portal(
    request: AuthenticatedRequest,
    company: Company,
    environment: Environment,
    refused: NewKeyForm | None = None,
) -> HttpResponse:
    if refused:
        refused.fields["description"].widget.attrs["autofocus"] = True
    keys = IssuedKey.objects.not_revoked().filter(company=company, environment=environment)
    context = {
        "company": company,
        "environment": environment,
        "environment_form": EnvironmentForm(initial={"environment": environment}),
        "form": refused or NewKeyForm(initial={"environment": environment}),
        "keys": keys.order_by("-created_at", "-pk"),
        "lifetime_days": settings.ISSUED_KEY_LIFETIME_DAYS,
    }
    return render(request, "commerce_account/api_portal.html", context)


def _key_of_member_or_404(user: User, pk: int) -> IssuedKey:
    return get_object_or_404(IssuedKey.objects.of_member(user).select_related("company"), pk=pk)


def _already_deleted(request: AuthenticatedRequest, issued: IssuedKey) -> HttpResponseRedirect:
    messages.info(request, _("The key “%s” was already deleted.") % issued.description)
    return _to_portal(issued.environment)


def _sealed(request: AuthenticatedRequest, issued: IssuedKey) -> HttpResponseRedirect:
    messages.error(
        request,
        _(
            "The copy of “%s” can't be opened, because this site's encryption key was replaced. The"
            " key itself still works. To have one to copy, add a new key."
        )
        % issued.description,
    )
    return _to_portal(issued.environment)


def _to_portal(environment: str) -> HttpResponseRedirect:
    return redirect(f"{reverse('api_portal')}?environment={environment}")
