"""System > Action Logs > Key verifications: the log as a page and as CSV."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from admin_portal.access import permission_required
from admin_portal.action_log.pages import context_of, place_asked_for
from admin_portal.action_log.recording import record_export
from admin_portal.csv_files import csv_answer
from admin_portal.paging import ordered, page_of
from api_keys.store_configuration.environments import label_of
from api_keys.store_configuration.models import VerificationRecord
from api_keys.store_configuration.templatetags.verdicts import in_words
from api_keys.store_configuration.verification_search import VerificationLogForm, records_chosen
from api_keys.store_configuration.verification_words import CAUSES, OCCASIONS

TITLE = gettext_lazy("Key verifications")
SEE = "store_configuration.view_verificationrecord"


@permission_required(SEE)
@require_safe
@never_cache
def key_verifications(request: HttpRequest) -> HttpResponse:
    """What was asked for, the newest first unless another order is chosen."""
    form = VerificationLogForm(request.GET)
    form.is_valid()  # whatever isn't, is left out, and says so
    rows = records_chosen(form.cleaned_data)
    places = VerificationRecord.objects.all()
    page = page_of(rows, form.order, places=places, **place_asked_for(request))
    context = context_of(TITLE, "key_verifications_csv", form, page)
    context["rows"] = [(row, reason(row), occasion(row)) for row in page.rows]
    return render(request, "store_configuration/key_verifications.html", context)


@permission_required(SEE)
@require_safe
@never_cache
def key_verifications_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All of what was asked for, in the same order, sent as it is read."""
    form = VerificationLogForm(request.GET)
    form.is_valid()
    record_export(request, TITLE, form)
    rows = ordered(records_chosen(form.cleaned_data), form.order)
    lines = (cells(row) for row in rows.iterator(chunk_size=2000))
    return csv_answer("key-verifications.csv", head(), lines)


def head() -> list[str]:
    return [
        _("First (UTC)"),
        _("Last (UTC)"),
        _("Environment"),
        _("Fingerprint"),
        _("Verdict"),
        _("Reason"),
        _("Details"),
        _("Times"),
        _("Milliseconds, mean"),
        _("Milliseconds, slowest"),
        _("Username"),
        _("Occasion"),
        _("Request id"),
    ]


def cells(row: VerificationRecord) -> list[str]:
    return [
        f"{row.started_at:%Y-%m-%d %H:%M:%S}",
        f"{row.last_at:%Y-%m-%d %H:%M:%S}",
        label_of(row.environment),
        row.fingerprint,
        str(in_words(row.verdict)),
        reason(row),
        row.detail,
        str(row.times),
        str(row.mean_milliseconds),
        str(row.slowest_milliseconds),
        row.user_name,
        occasion(row),
        row.request_id,
    ]


def reason(row: VerificationRecord) -> str:
    """Return why the key was not judged; empty where the verdict says it all."""
    return str(CAUSES.get(row.cause, row.cause))


def occasion(row: VerificationRecord) -> str:
    return str(OCCASIONS.get(row.occasion, row.occasion))
