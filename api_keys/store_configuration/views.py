from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from admin_portal.access import permission_required, require_permission
from admin_portal.actors import actor_of
from admin_portal.preferences.instants import instant
from admin_portal.requests import AuthenticatedRequest
from admin_portal.sign_in.kept_input import take_kept_input
from api_keys.contract import Environment, Verdict
from api_keys.store_configuration.environments import label_of
from api_keys.store_configuration.forms import ApiKeysForm, key_field
from api_keys.store_configuration.held_keys import HeldKey, facts_of, held_key, held_keys
from api_keys.store_configuration.last_verifications import last_verifications
from api_keys.store_configuration.models import GlobalSettings, LastVerification
from api_keys.store_configuration.permissions import SAVE, SEE
from api_keys.store_configuration.storing import remove_key, store_keys
from api_keys.store_configuration.verification import (
    Occasion,
    known_verdict,
    verify_stored_key,
)


@permission_required(SEE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters()
def api_keys(request: AuthenticatedRequest) -> HttpResponse:
    """Stores > Settings > Configuration > Services > Magento Services, the Api Keys page."""
    if request.method == "POST":
        return _save_api_keys(request)
    if take_kept_input(request) is not None:
        messages.warning(request, _("Nothing was saved. Paste the key again."))
    return _render_form(request, ApiKeysForm(user=request.user))


@permission_required(SAVE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def remove_api_key(request: AuthenticatedRequest, environment: Environment) -> HttpResponse:
    """Ask, then remove. The question names the key, and only that very key is removed."""
    held = held_key(environment)
    if held and held.locked_by:
        raise Http404
    if held is None:
        messages.info(request, _("No %s Api Key is stored.") % label_of(environment))
        return redirect("api_keys")
    if request.method == "POST":
        if remove_key(environment, seen=request.POST.get("seen", ""), by=actor_of(request)):
            messages.success(request, _("The %s Api Key was removed.") % label_of(environment))
            return redirect("api_keys")
        messages.warning(
            request,
            f"{_what_changed(environment, held)} "
            + _("Below is the key stored now: remove it only if you mean this one."),
        )
    context = {
        "facts": facts_of(held, None),
        "environment": environment,
        "is_channels": environment == GlobalSettings.current().environment,
    }
    return render(request, "store_configuration/remove_api_key.html", context)


def _save_api_keys(request: AuthenticatedRequest) -> HttpResponse:
    require_permission(request, SAVE)
    form = ApiKeysForm(request.POST, user=request.user)
    changes = form.changes() if form.is_valid() else {}
    conflicts = store_keys(changes, by=actor_of(request))
    for environment, held in held_keys().items():
        if held and held.locked_by:
            continue
        changed = _what_changed(environment, held)
        now = held.fingerprint if held else ""
        if environment in conflicts:
            again = _("To store yours all the same, paste it again and save.")
            form.add_error(key_field(environment), f"{changed} {again}")
        elif environment not in changes and form.seen(environment) != now:
            messages.warning(request, " ".join([changed, _("It was left as it is.")]))
    return _render_form(request, form) if form.errors else _saved(request, form)


def _saved(request: AuthenticatedRequest, form: ApiKeysForm) -> HttpResponseRedirect:
    messages.success(request, _("You saved the configuration."))
    for label in form.labels_cleaned:
        messages.info(request, _("Spaces or quotes around the %s were removed.") % label)
    for environment, held in held_keys().items():
        if held:
            verification = verify_stored_key(environment, Occasion.SAVE, request.user)
            _tell_trouble(request, held, verification.verdict)
    return redirect("api_keys")


def _tell_trouble(request: AuthenticatedRequest, held: HeldKey, verdict: Verdict) -> None:
    if verdict is Verdict.VALID:
        return
    if verdict is Verdict.UNAVAILABLE and held.locked_by:
        text = _("The %s Api Key is not verified: the key service can't be reached.")
    elif verdict is Verdict.UNAVAILABLE:
        text = _("The %s Api Key is saved, but not verified yet: the key service can't be reached.")
    elif held.locked_by:
        text = _("The %s Api Key does not work. Why stands beside the field.")
    else:
        text = _("The %s Api Key is saved, but it does not work. Why stands beside the field.")
    messages.warning(request, text % label_of(held.environment))


def _what_changed(environment: Environment, held: HeldKey | None) -> str:
    """Say who did what to a key while somebody else had it open."""
    if held is None:
        return _("Somebody removed the %s Api Key while you had the page open.") % label_of(
            environment
        )
    return _(
        "%(who)s stored another %(environment)s Api Key on %(when)s, while you had the page"
        " open. Its fingerprint is %(fingerprint)s."
    ) % {
        "who": User.objects.filter(pk=held.stored_by_pk or 0).first() or _("Somebody"),
        "environment": label_of(environment),
        "when": instant(held.stored_at) if held.stored_at else "",
        "fingerprint": held.fingerprint,
    }


def _render_form(request: AuthenticatedRequest, form: ApiKeysForm) -> HttpResponse:
    now = timezone.now()
    may_save = request.user.has_perm(SAVE)
    for name in list(form.errors)[:1]:
        form.fields[name].widget.attrs["autofocus"] = True
    for field in form.fields.values():
        field.disabled |= not may_save
    keys = held_keys()
    last = last_verifications(key for key in keys.values() if key)
    rows = [_row(form, each, held, last.get(each), now) for each, held in keys.items()]
    context = {
        "form": form,
        "rows": rows,
        "channel_environment": GlobalSettings.current().environment,
        "may_save": may_save,
        "api_portal_url": settings.API_PORTAL_URL,
    }
    return render(request, "store_configuration/api_keys.html", context)


def _row(
    form: ApiKeysForm,
    environment: Environment,
    held: HeldKey | None,
    last: LastVerification | None,
    now: datetime,
) -> dict[str, object]:
    return {
        "environment": environment,
        "field": form[key_field(environment)],
        "held": held,
        "facts": facts_of(held, last),
        "verdict": known_verdict(held, last, now),
    }
