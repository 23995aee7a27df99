"""The gate before every page of the channel."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers

from amazon_channel.prompts import PROMPTS, Page
from api_keys.contract import Environment
from api_keys.store_configuration.verification import KeyVerification, verify_stored_key

RETRY_AFTER = 30
"""Seconds after which a program may try again when the service could not be reached."""

P = ParamSpec("P")


class VerifiedRequest(HttpRequest):
    key_verification: KeyVerification


def requires_valid_key(
    view: Callable[Concatenate[VerifiedRequest, P], HttpResponse],
) -> Callable[Concatenate[VerifiedRequest, P], HttpResponse]:
    """Verify the production key, then let the visit go on, or lead it to where the key is mended.

    This happens on every visit and for every method. No verdict is kept between visits.
    """

    @functools.wraps(view)
    def gated(request: VerifiedRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        verification = verify_stored_key(Environment.PRODUCTION)
        page = PROMPTS[verification.verdict].page
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


def unavailable(request: HttpRequest, verification: KeyVerification) -> HttpResponse:
    """Say that the key could not be judged: 503, which no client takes for a bad key."""
    context = {"prompt": PROMPTS[verification.verdict], "verification": verification}
    response = render(
        request, "amazon_channel/unavailable.html", context, status=Page.UNAVAILABLE.value
    )
    response["Retry-After"] = str(RETRY_AFTER)
    return response
