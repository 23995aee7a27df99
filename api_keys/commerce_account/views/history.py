"""My Account > History: what happened in a company, as a page and as CSV."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from admin_portal.csv_files import csv_answer
from admin_portal.paging import page_of
from api_keys.commerce_account.access import MemberRequest, for_members
from api_keys.commerce_account.history_csv import cells, head
from api_keys.commerce_account.history_forms import HistoryForm
from api_keys.commerce_account.history_search import events_chosen
from api_keys.commerce_account.history_words import details, what, who
from api_keys.commerce_account.models import Event, IssuedKey


@require_safe
@never_cache
@for_members()
def history(request: MemberRequest) -> HttpResponse:
    """What was asked for, the newest first, with links to what is newer and older."""
    form = HistoryForm(request.GET)
    form.is_valid()  # whatever isn't, is left out, and says so
    company = request.membership.company
    events = events_chosen(company, form.cleaned_data)
    page = page_of(
        events,
        ("-created_at",),
        places=Event.objects.filter(company=company),
        following=request.GET.get("before"),
        leading_to=request.GET.get("after"),
    )
    key_pk = form.cleaned_data.get("key")
    context = {
        "form": form,
        "page": page,
        "events": [(event, what(event), who(event), details(event)) for event in page.rows],
        "key": IssuedKey.objects.filter(company=company, pk=key_pk).first() if key_pk else None,
        "is_searched": any(form.cleaned_data.values()),
    }
    return render(request, "commerce_account/history.html", context)


@require_safe
@never_cache
@for_members()
def history_csv(request: MemberRequest) -> StreamingHttpResponse:
    """All of what was asked for, sent as it is read."""
    form = HistoryForm(request.GET)
    form.is_valid()
    events = events_chosen(request.membership.company, form.cleaned_data)
    rows = (cells(event) for event in events.iterator(chunk_size=2000))
    return csv_answer("history.csv", head(), rows)
