"""The gate before every page of the channel."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers

from amazon_channel.prompts import PROMPTS, Page
from api_keys.contract import Environment
from api_keys.store_configuration.models import GlobalSettings
from api_keys.store_configuration.verification import KeyVerification, Occasion, verify_stored_key

RETRY_AFTER = 30
"""Seconds after which a program may try again when the service could not be reached."""

P = ParamSpec("P")


class ChannelRequest(HttpRequest):
    user: User  # SignInRequiredMiddleware turns everyone else away


class VerifiedRequest(ChannelRequest):
    key_verification: KeyVerification


def requires_valid_key(
    view: Callable[Concatenate[VerifiedRequest, P], HttpResponse],
) -> Callable[Concatenate[VerifiedRequest, P], HttpResponse]:
    """Verify the channel's key, then let the visit go on, or lead it to where the key is mended.

    This happens on every visit and for every method. No verdict is kept between visits, but for
    the time of grace in an outage.
    """

    @functools.wraps(view)
    def gated(request: VerifiedRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        verification = verify_for(request)
        page = page_for(verification)
        if page is Page.CHANNEL:
            request.key_verification = verification
            response = view(request, *args, **kwargs)
        elif page is Page.WELCOME:
            response = redirect("amazon_channel:welcome")
        else:
            response = unavailable(request, verification)
        # The back button asks again, too, instead of showing a page from before.
        add_never_cache_headers(response)
        return response

    return gated


def verify_for(request: ChannelRequest) -> KeyVerification:
    """Verify the key of the environment that the channel is set to."""
    environment = Environment(GlobalSettings.current().environment)
    return verify_stored_key(environment, Occasion.VISIT, request.user)


def page_for(verification: KeyVerification) -> Page:
    return Page.CHANNEL if verification.is_in_grace else PROMPTS[verification.verdict].page


def unavailable(request: HttpRequest, verification: KeyVerification) -> HttpResponse:
    """Say that the key could not be judged: 503, which no client takes for a bad key."""
    context = {"prompt": PROMPTS[verification.verdict], "verification": verification}
    response = render(
        request, "amazon_channel/unavailable.html", context, status=Page.UNAVAILABLE.value
    )
    response["Retry-After"] = str(RETRY_AFTER)
    return response
