"""The key-validation service, for programs, and the pages that explain its answers to people."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from api_keys.commerce_account.issuing import check_key
from api_keys.commerce_account.problems import (
    CONFLICTING_KEYS,
    HTTPS_REQUIRED,
    MISSING_KEY,
    PROBLEM_OF_VERDICT,
    PROBLEMS,
    Problem,
)
from api_keys.contract import (
    KEY_HEADERS,
    PROBLEM_JSON,
    STATUS,
    Environment,
    Verdict,
    answer_body,
)


@login_not_required
@csrf_exempt  # its 403 would tell a client "wrong environment"; nothing but GET is answered anyway
@require_safe
@never_cache
@sensitive_variables("keys", "key")
def api_key_check(request: HttpRequest, environment: Environment) -> HttpResponse:
    """`GET /gateway/apikeycheck`, the vendor's wire format: 200 for a good key and for no other."""
    if settings.IS_HTTPS and not request.is_secure():
        return _problem(HTTPS_REQUIRED)
    keys = {request.headers[name] for name in KEY_HEADERS if request.headers.get(name)}
    if not keys:
        return _problem(MISSING_KEY)
    if len(keys) > 1:
        return _problem(CONFLICTING_KEYS)
    (key,) = keys
    answer = check_key(key, environment)
    if answer.verdict is Verdict.VALID:
        return JsonResponse(answer_body(answer), status=STATUS[answer.verdict])
    return _problem(PROBLEM_OF_VERDICT[answer.verdict], answer_body(answer))


@login_not_required
@require_safe
def problem(request: HttpRequest, slug: str) -> HttpResponse:
    """The page to which a problem's type URI leads."""
    if slug not in PROBLEMS:
        raise Http404
    return render(request, "commerce_account/problem.html", {"problem": PROBLEMS[slug]})


def _problem(problem: Problem, members: dict[str, str | None] | None = None) -> HttpResponse:
    body = {
        "type": settings.SITE_URL + reverse("problem", args=[problem.slug]),
        "title": str(problem.title),
        "status": problem.status,
        "detail": str(problem.detail),
        **(members or {}),
    }
    response = JsonResponse(body, status=problem.status, content_type=PROBLEM_JSON)
    if problem.status == 401:
        response["WWW-Authenticate"] = 'ApiKey realm="Commerce services"'
    return response
