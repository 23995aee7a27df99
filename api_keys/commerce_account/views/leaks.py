"""Where a leaked key is reported: by programs, and on a page. Neither says whether it was real."""

import json
import logging

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from admin_portal.networks import network_of
from api_keys.commerce_account.access import FORM_METHODS
from api_keys.commerce_account.leak_reports import report_leaks
from api_keys.commerce_account.limits import Allowance, Policy, take
from api_keys.commerce_account.problems import (
    HTTPS_REQUIRED,
    REPORT_TOO_LARGE,
    REPORT_UNREADABLE,
    TOO_MANY_REPORTS,
    UNAVAILABLE,
    Problem,
)
from api_keys.commerce_account.replies import problem_reply, too_many

logger = logging.getLogger(__name__)

LARGEST_REPORT = 4096
"""Bytes."""


class LeakForm(forms.Form):
    key = forms.CharField(
        label=gettext_lazy("API key"),
        label_suffix="",
        max_length=LARGEST_REPORT,
        help_text=gettext_lazy("The whole key, as in ck_production_…"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


@login_not_required
@csrf_exempt  # a scanner has no cookies that another site could misuse
@require_POST
@never_cache
@sensitive_variables("report")
def report_by_program(request: HttpRequest) -> HttpResponse:
    """`POST /gateway/leaks`: 202, always the same, for every report that can be read."""
    if settings.IS_HTTPS and not request.is_secure():
        return problem_reply(HTTPS_REQUIRED).as_response()
    allowance = _take_allowance(request)
    if allowance and not allowance.is_granted:
        return too_many(allowance, TOO_MANY_REPORTS).as_response()
    report = _read_report(request)
    if isinstance(report, Problem):
        return problem_reply(report).as_response()
    try:
        report_leaks(report, address=request.META["REMOTE_ADDR"])
    except DatabaseError:
        logger.exception("A report of leaked keys could not be written.")
        return problem_reply(UNAVAILABLE).as_response()
    return JsonResponse({"status": "received"}, status=202)


@login_not_required
@require_http_methods(FORM_METHODS)
@never_cache
@sensitive_post_parameters("key")
def report_a_leaked_key(request: HttpRequest) -> HttpResponse:
    """The page for people who found a key."""
    form = LeakForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        allowance = _take_allowance(request)
        if allowance is None or allowance.is_granted:
            report_leaks(form.cleaned_data["key"], address=request.META["REMOTE_ADDR"])
            messages.success(
                request,
                _("Thank you. If this is a key of ours, it works no more, and its owner is told."),
            )
            return redirect("report_a_leaked_key")
        form.add_error("key", _("You reported many keys just now. Wait a minute, and go on."))
    return render(request, "commerce_account/report_a_leaked_key.html", {"form": form})


def _take_allowance(request: HttpRequest) -> Allowance | None:
    return take((Policy.LEAK_REPORTS, network_of(request.META["REMOTE_ADDR"])))


@sensitive_variables("body", "members", "report")
def _read_report(request: HttpRequest) -> str | Problem:
    body = request.read(LARGEST_REPORT + 1)
    if len(body) > LARGEST_REPORT:
        return REPORT_TOO_LARGE
    try:
        if request.content_type == "application/x-www-form-urlencoded":
            members = QueryDict(body, encoding="utf-8").dict()
        else:
            members = json.loads(body)
        report = members["key"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return REPORT_UNREADABLE
    return report if isinstance(report, str) else REPORT_UNREADABLE
