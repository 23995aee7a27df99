"""What a verification leads to: which page, with which words. `docs/verdicts.md` has it as a table.

Total: a test proves it for every verdict and every cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from api_keys.contract import Cause, Environment, Verdict
from api_keys.store_configuration.environments import label_of
from api_keys.store_configuration.verification import KeyVerification

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class Page(Enum):
    CHANNEL = 200
    WELCOME = 302
    """A redirect to the Welcome page, which says why and leads to a good key."""
    UNAVAILABLE = 503
    """The key was not judged; nobody is sent to replace it."""


@dataclass(frozen=True)
class Prompt:
    """The words of one state; all empty where nothing is wrong.

    `action` is the one thing that mends it; where mere waiting would not, it `needs_a_test`. In
    the texts, `%(environment)s` stands for the channel's environment.
    """

    page: Page
    heading: StrPromise | str = ""
    why: StrPromise | str = ""
    action: StrPromise | str = ""
    needs_a_test: bool = False

    def about(self, environment: Environment) -> Prompt:
        words = {"environment": label_of(environment)}
        return replace(
            self,
            heading=str(self.heading) % words,
            why=str(self.why) % words,
            action=str(self.action) % words,
        )


TRY_AGAIN = _("Try again")

PROMPTS: Mapping[Verdict, Prompt] = {
    Verdict.VALID: Prompt(Page.CHANNEL),
    Verdict.MISSING: Prompt(
        Page.WELCOME,
        _("No API key is stored yet"),
        _("The channel opens with a %(environment)s key of your company's Commerce account."),
        _("Get an API key"),
    ),
    Verdict.MALFORMED: Prompt(
        Page.WELCOME,
        _("The stored API key is cut off or mistyped"),
        _("Its characters don't add up to a key, so it was not even sent to the key service."),
        _("Copy your key again, whole"),
    ),
    Verdict.INVALID: Prompt(
        Page.WELCOME,
        _("The stored API key is not known"),
        _("The key service has never issued this key: it may be another company's, or mistyped."),
        _("Copy your key again, or create one"),
    ),
    Verdict.REVOKED: Prompt(
        Page.WELCOME,
        _("The stored API key was deleted"),
        _(
            "Somebody deleted it in API Portal, or rolled it and its time ran out;"
            " neither can be undone."
        ),
        _("Create a new key, or copy its successor"),
    ),
    Verdict.EXPIRED: Prompt(
        Page.WELCOME,
        _("The stored API key has expired"),
        _("Its expiry date has passed, so the key service refuses it."),
        _("Create a new key"),
    ),
    Verdict.WRONG_ENVIRONMENT: Prompt(
        Page.WELCOME,
        _("The stored API key belongs to another environment"),
        _("The channel works in %(environment)s, but this key was issued for another environment."),
        _("Copy a %(environment)s key"),
    ),
    Verdict.UNREADABLE: Prompt(
        Page.WELCOME,
        _("The stored API key can't be read"),
        _(
            "It is encrypted with a key that this Admin doesn't have, as after a move to another"
            " server; the API key itself may be as good as ever."
        ),
        _("Copy the same key again"),
    ),
}

OUTAGES: Mapping[Cause, Prompt] = {
    Cause.TIME_OUT: Prompt(
        Page.UNAVAILABLE,
        _("The key service does not answer in time"),
        _("It took longer than this Admin waits, so it may be overloaded or out of reach."),
        TRY_AGAIN,
    ),
    Cause.REFUSED: Prompt(
        Page.UNAVAILABLE,
        _("The key service is not running"),
        _("Its server was reached, but nothing takes calls at its address at the moment."),
        TRY_AGAIN,
    ),
    Cause.NO_CONNECTION: Prompt(
        Page.UNAVAILABLE,
        _("The key service can't be reached"),
        _("No connection came about, or it broke off before the answer was there."),
        TRY_AGAIN,
    ),
    Cause.TLS: Prompt(
        Page.UNAVAILABLE,
        _("The key service can't prove who it is"),
        _("Its certificate was not accepted, so your key was not sent to it."),
        _("Test the connection"),
        needs_a_test=True,
    ),
    Cause.TOO_MANY_REQUESTS: Prompt(
        Page.UNAVAILABLE,
        _("The key service asks for a pause"),
        _("It has had too many requests from your store within a minute."),
        TRY_AGAIN,
    ),
    Cause.SERVER_ERROR: Prompt(
        Page.UNAVAILABLE,
        _("The key service has a failure of its own"),
        _("It answered, but only to say that it can't judge keys at the moment."),
        TRY_AGAIN,
    ),
    Cause.NOT_THE_PROTOCOL: Prompt(
        Page.UNAVAILABLE,
        _("Something else answered for the key service"),
        _("The answer is none that a key service gives: a proxy or a wrong address may be why."),
        _("Test the connection"),
        needs_a_test=True,
    ),
    Cause.FORBIDDEN_ADDRESS: Prompt(
        Page.UNAVAILABLE,
        _("The key service's address is not allowed"),
        _("Its name leads into a private network that this Admin may not call."),
        _("Test the connection"),
        needs_a_test=True,
    ),
    Cause.BUSY: Prompt(
        Page.UNAVAILABLE,
        _("Too many visits wait for the key service"),
        _("It answers slowly, and this visit was not kept waiting behind the others."),
        TRY_AGAIN,
    ),
}


def prompt_for(verification: KeyVerification) -> Prompt:
    """Return the page and the words for what a verification found."""
    if verification.is_in_grace:
        return PROMPTS[Verdict.VALID]
    if verification.cause:
        return OUTAGES[verification.cause].about(verification.environment)
    return PROMPTS[verification.verdict].about(verification.environment)


def trouble_known_before(verification: KeyVerification) -> Prompt | None:
    """Return what was wrong with this very key when the service last answered, if anything was."""
    if verification.last is None or verification.last.verdict == Verdict.VALID:
        return None
    return PROMPTS[Verdict(verification.last.verdict)].about(verification.environment)


def troubles(environment: Environment) -> Iterator[Prompt]:
    """Yield every state in which the channel does not open."""
    for prompt in (*PROMPTS.values(), *OUTAGES.values()):
        if prompt.page is not Page.CHANNEL:
            yield prompt.about(environment)
