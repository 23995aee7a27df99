"""Where to report a weakness, for those who found one: RFC 9116. Both sites' own."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

PATH = ".well-known/security.txt"

LIFETIME = timedelta(days=180)
"""The RFC advises less than a year. It is counted anew each day, so that it never runs out."""


@login_not_required
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Say it, or that there is no such file: one without a contact would be against the RFC."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = (timezone.now() + LIFETIME).strftime("%Y-%m-%dT00:00:00Z")
    languages = ", ".join(code for code, _name in settings.LANGUAGES)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires}",
        f"Preferred-Languages: {languages}",
        f"Canonical: {settings.SITE_URL}/{PATH}",
    ]
    text = "".join(f"{line}\r\n" for line in lines)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
