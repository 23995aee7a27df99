from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from amazon_channel.gate import (
    ChannelRequest,
    VerifiedRequest,
    page_for,
    requires_valid_key,
    unavailable,
    verify_for,
)
from amazon_channel.preparation import TASKS
from amazon_channel.prompts import PROMPTS, Page


@requires_valid_key
@require_safe
def home(request: VerifiedRequest) -> HttpResponse:
    context = {"verification": request.key_verification, "tasks": TASKS}
    return render(request, "amazon_channel/home.html", context)


@require_safe
@never_cache
def welcome(request: ChannelRequest) -> HttpResponse:
    """Say what is wrong with the key and lead to a good one; with a good one, on to the channel.

    It asks the service itself instead of trusting what the gate found a moment ago, so that a
    bookmark, a reload or the way back from another tab always shows what is true now.
    """
    verification = verify_for(request)
    page = page_for(verification)
    if page is Page.CHANNEL:
        return redirect("amazon_channel:home")
    if page is Page.UNAVAILABLE:
        return unavailable(request, verification)
    context = {
        "verification": verification,
        "prompt": PROMPTS[verification.verdict],
        "api_portal_url": settings.API_PORTAL_URL,
    }
    return render(request, "amazon_channel/welcome.html", context)


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Where Learn more leads. Open without a key: it explains how to get one."""
    troubles = [prompt for prompt in PROMPTS.values() if prompt.heading]
    context = {"troubles": troubles, "api_portal_url": settings.API_PORTAL_URL}
    return render(request, "amazon_channel/help.html", context)
