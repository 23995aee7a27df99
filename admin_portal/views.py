from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from api_keys.contract import Environment
from api_keys.store_configuration.held_keys import held_key
from api_keys.store_configuration.models import GlobalSettings
from api_keys.store_configuration.verification import known_verdict, last_verification


@require_safe
@never_cache
def dashboard(request: HttpRequest) -> HttpResponse:
    """The first page after signing in: how the channel's key stands, as far as it is known."""
    environment = Environment(GlobalSettings.current().environment)
    held = held_key(environment)
    last = last_verification(held)
    verdict = known_verdict(held, last, timezone.now())
    context = {"environment": environment, "held": held, "last": last, "verdict": verdict}
    return render(request, "admin_portal/dashboard.html", context)
