"""The key-validation service, for programs, and the pages that explain its answers to people."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from api_keys.commerce_account.answering import answer_check
from api_keys.commerce_account.openapi import document
from api_keys.commerce_account.problems import PROBLEMS
from api_keys.contract import Environment


@login_not_required
@csrf_exempt  # its 403 would tell a client "wrong environment"; nothing but GET is answered anyway
def api_key_check(request: HttpRequest, environment: Environment) -> HttpResponse:
    """Answer a check that took the long way: most never reach Django, see `gateway`."""
    return answer_check(request.META, environment).as_response()


@login_not_required
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """`GET /gateway/openapi.json`: the service, described for programs."""
    return JsonResponse(document())


@login_not_required
@require_safe
def problem(request: HttpRequest, slug: str) -> HttpResponse:
    """The page to which a problem's type URI leads."""
    if slug not in PROBLEMS:
        raise Http404
    return render(request, "commerce_account/problem.html", {"problem": PROBLEMS[slug]})
