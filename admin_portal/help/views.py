from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from admin_portal.access import require_permission
from admin_portal.help.screens import Help, help_called


@never_cache
def help_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Explain a page: what it is for, what its fields mean, what to do when."""
    found = help_called(slug)
    if found is None:
        raise Http404
    if found.permission:
        require_permission(request, found.permission)
    return _show(request, found)


@require_safe
def _show(request: HttpRequest, found: Help) -> HttpResponse:
    context = {"help": found, "page_url": reverse(found.views[0])}
    return render(request, f"help/{found.slug}.html", context)
