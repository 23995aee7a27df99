from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from api_keys.contract import Environment
from api_keys.store_configuration.models import StoredKey


@require_safe
@never_cache
def dashboard(request: HttpRequest) -> HttpResponse:
    """The first page after signing in: how the channel's key stands, as far as it is known."""
    stored = StoredKey.objects.of(Environment.PRODUCTION)
    verdict = stored.verdict_known_at(timezone.now()) if stored else None
    return render(request, "admin_portal/dashboard.html", {"stored": stored, "verdict": verdict})
