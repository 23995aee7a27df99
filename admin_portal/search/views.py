"""The magnifier at the top right: a page that works by itself, and suggestions as one types."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from admin_portal.requests import AuthenticatedRequest
from admin_portal.search.finding import LONGEST_QUERY, search as find
from admin_portal.search.keys import key_in
from admin_portal.search.things import Kind
from api_keys.contract import fingerprint

MOST_SUGGESTED = 8


@require_safe
@never_cache
def search(request: AuthenticatedRequest) -> HttpResponse:
    query = request.GET.get("q", "")
    if key := key_in(query):
        return _without_the_key(request, key)
    is_too_long = len(query) > LONGEST_QUERY
    found = find("" if is_too_long else query, request.user)
    context = {
        "query": query[:LONGEST_QUERY],
        "found": found,
        "is_too_long": is_too_long,
        "longest": LONGEST_QUERY,
        "kinds": Kind.labels,
    }
    return render(request, "search/search.html", context)


@require_safe
@never_cache
def suggestions(request: AuthenticatedRequest) -> HttpResponse:
    """The best of what the page would show, as the options of a list box."""
    query = request.GET.get("q", "")
    is_searched = len(query) <= LONGEST_QUERY and not key_in(query)
    found = find(query if is_searched else "", request.user, most=MOST_SUGGESTED)
    return render(request, "search/_suggestions.html", {"found": found, "is_searched": is_searched})


def _without_the_key(request: AuthenticatedRequest, key: str) -> HttpResponseRedirect:
    """Search for the fingerprint instead: the address with the key stands in histories and logs."""
    messages.warning(
        request,
        _(
            "The key that you searched for stood in the address, where browsers and servers keep"
            " it. Roll it in API Portal; and search for its last four characters or its"
            " fingerprint."
        ),
    )
    return redirect(f"{reverse('search')}?{urlencode({'q': fingerprint(key)})}")
