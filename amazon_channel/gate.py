"""The gate before every page of the channel."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Concatenate, ParamSpec

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers

from admin_portal.access import OPEN_CHANNEL, USE_TOOLS, permission_required
from admin_portal.meanwhile import Meanwhile, render_ahead, render_anew
from admin_portal.requests import AuthenticatedRequest
from amazon_channel.prompts import Page, Prompt, prompt_for, trouble_known_before
from api_keys.contract import Environment
from api_keys.store_configuration.models import GlobalSettings
from api_keys.store_configuration.verification import KeyVerification, Occasion, verify_stored_key

RETRY_AFTER = 30
"""Seconds after which a program may try again when the service could not be reached."""

P = ParamSpec("P")


class VerifiedRequest(AuthenticatedRequest):
    key_verification: KeyVerification


def requires_valid_key(
    view: Callable[Concatenate[VerifiedRequest, P], HttpResponse],
) -> Callable[Concatenate[VerifiedRequest, P], HttpResponse]:
    """Verify the channel's key, then let the visit go on, or lead it to where the key is mended.

    Whoever may not open the channel is turned away first. This happens on every visit and for
    every method. No verdict is kept between visits, but for the time of grace in an outage.
    """

    @permission_required(OPEN_CHANNEL)
    @wraps(view)
    def gated(request: VerifiedRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request.key_verification = verify_for(request)
        prompt = prompt_for(request.key_verification)
        if prompt.page is Page.CHANNEL:
            response = view(request, *args, **kwargs)
        elif prompt.page is Page.WELCOME:
            response = redirect("amazon_channel:welcome")
        else:
            response = unavailable(request, prompt)
        # The back button asks again, too, instead of showing a page from before.
        add_never_cache_headers(response)
        return response

    return gated


def verify_for(request: VerifiedRequest) -> KeyVerification:
    """Verify the key of the environment that the channel is set to.

    While the service prepares its answer, what every page has around its content is rendered.
    """
    chosen = GlobalSettings.current()
    # An error of this is nobody's: what is not ready is rendered with the page, and fails there.
    frame = Meanwhile(partial(render_ahead, request))
    found = verify_stored_key(
        Environment(chosen.environment),
        Occasion.VISIT,
        request.user,
        global_settings=chosen,
        meanwhile=frame.begin if request.method == "GET" else None,
    )
    if found.is_news:
        render_anew(request)
    return found


def unavailable(request: VerifiedRequest, prompt: Prompt) -> HttpResponse:
    """Say that the key could not be judged: 503, which no client takes for a bad key."""
    context = {
        "prompt": prompt,
        "verification": request.key_verification,
        "known_trouble": trouble_known_before(request.key_verification),
        "may_test": prompt.needs_a_test and request.user.has_perm(USE_TOOLS),
    }
    response = render(
        request, "amazon_channel/unavailable.html", context, status=Page.UNAVAILABLE.value
    )
    response["Retry-After"] = str(RETRY_AFTER)
    return response
