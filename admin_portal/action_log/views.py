"""System > Action Logs > Report: the record of what administrators do, as pages and as CSV."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from admin_portal.access import permission_required
from admin_portal.action_log.models import ActionRecord
from admin_portal.action_log.pages import context_of, place_asked_for
from admin_portal.action_log.recording import record_export
from admin_portal.action_log.search import ReportForm, records_for_file, report_page
from admin_portal.action_log.words import in_one_text, words_of
from admin_portal.csv_files import csv_answer

TITLE = gettext_lazy("Report")
SEE = "action_log.view_actionrecord"


@permission_required(SEE)
@require_safe
@never_cache
def action_report(request: HttpRequest) -> HttpResponse:
    """What was asked for, the newest first unless another order is chosen."""
    form = ReportForm(request.GET)
    form.is_valid()  # whatever isn't, is left out, and says so
    page = report_page(form, **place_asked_for(request))
    context = context_of(TITLE, "action_report_csv", form, page)
    context["rows"] = [(row, words_of(row)) for row in page.rows]
    return render(request, "action_log/report.html", context)


@permission_required(SEE)
@require_safe
@never_cache
def action_record(request: HttpRequest, number: int) -> HttpResponse:
    """One record with all that is kept of it."""
    row = get_object_or_404(ActionRecord, pk=number)
    return render(request, "action_log/record.html", {"row": row, "words": words_of(row)})


@permission_required(SEE)
@require_safe
@never_cache
def action_report_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All of what was asked for, in the same order, sent as it is read."""
    form = ReportForm(request.GET)
    form.is_valid()
    record_export(request, TITLE, form)
    lines = (cells(row) for row in records_for_file(form).iterator(chunk_size=2000))
    return csv_answer("action-report.csv", head(), lines)


def head() -> list[str]:
    return [
        _("Number"),
        _("Time (UTC)"),
        _("Group"),
        _("Action"),
        _("Result"),
        _("Username"),
        _("Address"),
        _("What"),
        _("Changes"),
        _("Request id"),
        _("Seal"),
    ]


def cells(row: ActionRecord) -> list[str]:
    words = words_of(row)
    return [
        str(row.number),
        f"{row.at:%Y-%m-%d %H:%M:%S}",
        words.group,
        words.action,
        words.result,
        words.who,
        row.address,
        words.subject,
        in_one_text(words.changes),
        row.request_id,
        row.mac,
    ]
