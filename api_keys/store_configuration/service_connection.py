"""The pages of System > Tools > Service connection."""

import threading

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from admin_portal.access import USE_TOOLS, permission_required
from admin_portal.action_log.actions import Action, Result as Outcome
from admin_portal.action_log.recording import Change, record
from admin_portal.actors import Actor, actor_of
from admin_portal.requests import AuthenticatedRequest
from admin_portal.shared_cache import count_up
from api_keys.contract import Environment
from api_keys.store_configuration.diagnosis import Diagnosis, Result, diagnose, target_of
from api_keys.store_configuration.environments import LABELS
from api_keys.store_configuration.support_bundle import bundle_of

RUNS_A_MINUTE = 6
"""For each person, so that nobody makes a hammer of it."""

SALT = "support bundle"

TITLE = gettext_lazy("Service connection")

_running = threading.Lock()
"""Held during a run. One at a time leaves the other threads to the other pages."""


@permission_required(USE_TOOLS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def service_connection(request: AuthenticatedRequest) -> HttpResponse:
    """Show what would be called; by POST, call it and show how far that came."""
    return _run(request) if request.method == "POST" else _render(request, [])


@permission_required(USE_TOOLS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def support_bundle(request: HttpRequest) -> HttpResponse:
    """Send the text of a run as a file. It comes back from the page, signed, so it isn't kept."""
    try:
        text = signing.loads(request.POST.get("bundle", ""), salt=SALT)
    except signing.BadSignature:
        messages.warning(request, _("There is nothing to download yet. Run the test first."))
        return redirect("service_connection")
    record(Action.EXPORTED, by=actor_of(request), subject=TITLE)
    return HttpResponse(
        text,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="service-connection.txt"'},
    )


def _run(request: AuthenticatedRequest) -> HttpResponse:
    if not _running.acquire(blocking=False):
        messages.warning(request, _("Somebody is running this test just now. Run it after them."))
        return _render(request, [])
    try:
        if count_up(f"service-connection-{request.user.pk}", seconds=60) > RUNS_A_MINUTE:
            messages.warning(
                request,
                _("You ran this test %s times within a minute. Wait a minute, then run it again.")
                % RUNS_A_MINUTE,
            )
            return _render(request, [])
        targets = [target_of(environment) for environment in Environment]
        diagnoses = [diagnose(target, request.user) for target in targets]
        _record(diagnoses, actor_of(request))
        return _render(request, diagnoses)
    finally:
        _running.release()


def _record(diagnoses: list[Diagnosis], by: Actor) -> None:
    failed = {
        LABELS[each.target.environment]: any(step.result is Result.FAILED for step in each.steps)
        for each in diagnoses
    }
    outcomes = {True: gettext_lazy("Failed"), False: gettext_lazy("Passed")}
    record(
        Action.SERVICE_TESTED,
        by=by,
        result=Outcome.FAILURE if any(failed.values()) else Outcome.SUCCESS,
        subject=TITLE,
        changes=[Change(label, "", outcomes[has_failed]) for label, has_failed in failed.items()],
    )


def _render(request: HttpRequest, diagnoses: list[Diagnosis]) -> HttpResponse:
    text = bundle_of(diagnoses) if diagnoses else ""
    context = {
        "diagnoses": diagnoses,
        "targets": [target_of(environment) for environment in Environment],
        "text": text,
        "bundle": signing.dumps(text, salt=SALT, compress=True),
    }
    return render(request, "store_configuration/service_connection.html", context)
