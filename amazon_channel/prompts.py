"""Which page a verdict leads to, with which HTTP status. Total: a test proves it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from api_keys.contract import Verdict

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
    """`heading` and `why` are for the administrator; both are empty where nothing is wrong."""

    page: Page
    heading: StrPromise | str = ""
    why: StrPromise | str = ""


PROMPTS = {
    Verdict.VALID: Prompt(Page.CHANNEL),
    Verdict.MISSING: Prompt(
        Page.WELCOME,
        _("No API key is stored yet"),
        _("Two steps lead in: get a key from your company's Commerce account, then add it here."),
    ),
    Verdict.INVALID: Prompt(
        Page.WELCOME,
        _("The stored API key is not known"),
        _(
            "The key service has never issued this key. It may have been mistyped or cut off."
            " Copy your key once more, or create a new one, and add it again."
        ),
    ),
    Verdict.MALFORMED: Prompt(
        Page.WELCOME,
        _("The stored API key is cut off or mistyped"),
        _("Its check characters don't fit, so it was not even sent. Copy the whole key again."),
    ),
    Verdict.REVOKED: Prompt(
        Page.WELCOME,
        _("The stored API key was deleted"),
        _(
            "Somebody in your company deleted this key in API Portal, and that can't be undone."
            " Create a new key there and add it here."
        ),
    ),
    Verdict.EXPIRED: Prompt(
        Page.WELCOME,
        _("The stored API key has expired"),
        _(
            "Its expiry date has passed, so the key service refuses it. Create a new key in API"
            " Portal and add it here."
        ),
    ),
    Verdict.WRONG_ENVIRONMENT: Prompt(
        Page.WELCOME,
        _("The stored API key belongs to another environment"),
        _(
            "The channel needs a production key, but a key of another environment is stored as"
            " Production Api Key. In API Portal, choose Production, copy that key and add it here."
        ),
    ),
    Verdict.UNREADABLE: Prompt(
        Page.WELCOME,
        _("The stored API key can't be read"),
        _(
            "The key is stored, but this Admin's encryption key no longer opens it. That happens"
            " after a move to another server. Copy the same API key in API Portal and add it again;"
            " you need no new one. Whoever runs the server can also bring the former encryption"
            " key back."
        ),
    ),
    Verdict.UNAVAILABLE: Prompt(
        Page.UNAVAILABLE,
        _("The key service can't be reached"),
        _(
            "Your API key was not judged, so nothing is wrong with it as far as we know. Don't"
            " replace it. The channel opens as soon as the service answers again."
        ),
    ),
}
