from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from admin_portal.access import OPEN_CHANNEL, permission_required
from amazon_channel.gate import VerifiedRequest, requires_valid_key, unavailable, verify_for
from amazon_channel.preparation import TASKS
from amazon_channel.prompts import Page, prompt_for, troubles
from api_keys.contract import Environment
from api_keys.store_configuration.models import GlobalSettings
from api_keys.store_configuration.permissions import SAVE, SEE


@requires_valid_key
@require_safe
def home(request: VerifiedRequest) -> HttpResponse:
    found = request.key_verification
    judged_at = found.last.verified_at if found.is_in_grace and found.last else found.verified_at
    context = {"verification": found, "judged_at": judged_at, "tasks": TASKS}
    return render(request, "amazon_channel/home.html", context)


@permission_required(OPEN_CHANNEL)
@require_safe
@never_cache
def welcome(request: VerifiedRequest) -> HttpResponse:
    """Say what is wrong with the key and lead to a good one; with a good one, on to the channel.

    It asks the service itself instead of trusting what the gate found a moment ago, so that a
    bookmark, a reload or the way back from another tab always shows what is true now.
    """
    request.key_verification = verify_for(request)
    prompt = prompt_for(request.key_verification)
    if prompt.page is Page.CHANNEL:
        return redirect("amazon_channel:home")
    if prompt.page is Page.UNAVAILABLE:
        return unavailable(request, prompt)
    context = {
        "verification": request.key_verification,
        "prompt": prompt,
        "may_add": request.user.has_perms((SEE, SAVE)),
        "api_portal_url": settings.API_PORTAL_URL,
    }
    return render(request, "amazon_channel/welcome.html", context)


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Where Learn more leads. Open without a key: it explains how to get one."""
    environment = Environment(GlobalSettings.current().environment)
    context = {
        "environment": environment,
        "troubles": troubles(environment),
        "may_add": request.user.has_perms((SEE, SAVE)),
        "api_portal_url": settings.API_PORTAL_URL,
    }
    return render(request, "amazon_channel/help.html", context)
