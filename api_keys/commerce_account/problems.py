"""What the validation service says besides yes: RFC 9457 problems, each with a page of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from api_keys.contract import STATUS, Verdict

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True, eq=False)
class Problem:
    """`slug` ends the problem's type URI and never changes; clients compare it."""

    slug: str
    status: int
    title: StrPromise
    detail: StrPromise

    @property
    def uri(self) -> str:
        return f"{settings.SITE_URL}{reverse('problem', args=[self.slug])}"

    @property
    def headers(self) -> Mapping[str, str]:
        return _HEADERS.get(self.status, {})


_HEADERS: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": 'ApiKey realm="Commerce services"'},
    405: {"Allow": "GET, HEAD"},
    503: {"Retry-After": "30"},
}

PROBLEM_OF_VERDICT = {
    Verdict.INVALID: Problem(
        "invalid-key",
        STATUS[Verdict.INVALID],
        _("The key is not known"),
        _("No key like this was ever issued. It may be mistyped, or cut off while copying."),
    ),
    Verdict.REVOKED: Problem(
        "revoked-key",
        STATUS[Verdict.REVOKED],
        _("The key was deleted or replaced"),
        _(
            "This key was deleted in API Portal, or a newer key took its place. Look there: copy"
            " the newer one, or create one."
        ),
    ),
    Verdict.EXPIRED: Problem(
        "expired-key",
        STATUS[Verdict.EXPIRED],
        _("The key has expired"),
        _("The key was good until its expiry. Create a new one in API Portal and use it instead."),
    ),
    Verdict.WRONG_ENVIRONMENT: Problem(
        "wrong-environment",
        STATUS[Verdict.WRONG_ENVIRONMENT],
        _("The key belongs to the other environment"),
        _(
            "The key is good, but not here: production keys are checked at the root of this"
            " service, sandbox keys below /sandbox."
        ),
    ),
}
MISSING_KEY = Problem(
    "missing-key",
    401,
    _("No key was sent"),
    _("Send the key in the magento-api-key or the x-api-key header, never in the address."),
)
CONFLICTING_KEYS = Problem(
    "conflicting-keys",
    400,
    _("Two different keys were sent"),
    _("The magento-api-key and x-api-key headers differ. Send one of them, or both the same."),
)
# 400, not 403: a client that reads nothing but the status takes 403 for "wrong environment".
HTTPS_REQUIRED = Problem(
    "https-required",
    400,
    _("The key was sent in clear"),
    _("Use the https address of this service. Replace the key that you sent: others may know it."),
)

KEY_IN_ADDRESS = Problem(
    "key-in-address",
    401,
    _("The key was sent in the address"),
    _(
        "Addresses are kept in logs and histories, so others may know the key by now: roll it in"
        " API Portal, and send the new one in the magento-api-key or the x-api-key header."
    ),
)
BODY_SENT = Problem(
    "body-sent",
    400,
    _("A body was sent"),
    _("Nothing but the headers is read here. Send the request without a body."),
)
HEADERS_TOO_LARGE = Problem(
    "headers-too-large",
    400,
    _("The headers are too large"),
    _("Names and values of all headers together may have 8192 bytes."),
)
METHOD_NOT_ALLOWED = Problem(
    "method-not-allowed",
    405,
    _("The method is not allowed"),
    _("Keys are checked with GET or HEAD."),
)
TOO_MANY_REQUESTS = Problem(
    "too-many-requests",
    429,
    _("There were too many requests"),
    _(
        "The RateLimit field says which limit was reached, and Retry-After how many seconds to"
        " wait. This says nothing about the key."
    ),
)
UNAVAILABLE = Problem(
    "unavailable",
    503,
    _("The service is out of order"),
    _("The key could not be looked up. This says nothing about it; try again later."),
)

CHECK_PROBLEMS = (
    *PROBLEM_OF_VERDICT.values(),
    MISSING_KEY,
    KEY_IN_ADDRESS,
    CONFLICTING_KEYS,
    HTTPS_REQUIRED,
    BODY_SENT,
    HEADERS_TOO_LARGE,
    METHOD_NOT_ALLOWED,
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
)
"""What a check can answer besides yes."""


REPORT_TOO_LARGE = Problem(
    "report-too-large",
    413,
    _("The report is too large"),
    _("A report of leaked keys may have 4096 bytes. Send several, with up to 20 keys each."),
)
REPORT_UNREADABLE = Problem(
    "unreadable-report",
    400,
    _("The report can't be read"),
    _("Send JSON with a text named “key”, or a form with a field of that name."),
)
TOO_MANY_REPORTS = Problem(
    "too-many-reports",
    429,
    _("There were too many reports"),
    _("Wait a minute, as Retry-After says, and go on."),
)
LEAK_PROBLEMS = (REPORT_TOO_LARGE, REPORT_UNREADABLE, TOO_MANY_REPORTS)
"""What a report of leaked keys can answer besides thanks, and HTTPS_REQUIRED."""

PROBLEMS = {problem.slug: problem for problem in (*CHECK_PROBLEMS, *LEAK_PROBLEMS)}
