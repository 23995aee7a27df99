"""What people read of a verification: the verdict, the cause, and who or what asked, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from api_keys.contract import Cause, Verdict
from api_keys.store_configuration.verification import Occasion

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

VERDICTS: Mapping[str, StrPromise] = {
    Verdict.VALID: _("Valid"),
    Verdict.INVALID: _("Not known to the key service"),
    Verdict.MALFORMED: _("Cut off or mistyped"),
    Verdict.REVOKED: _("Deleted in API Portal"),
    Verdict.EXPIRED: _("Expired"),
    Verdict.WRONG_ENVIRONMENT: _("Belongs to another environment"),
    Verdict.MISSING: _("No key stored"),
    Verdict.UNREADABLE: _("Can't be read"),
    Verdict.UNAVAILABLE: _("Not judged"),
}

CAUSES: Mapping[str, StrPromise] = {
    Cause.TIME_OUT: _("No answer in time"),
    Cause.REFUSED: _("Connection refused"),
    Cause.NO_CONNECTION: _("No connection"),
    Cause.TLS: _("Certificate not accepted"),
    Cause.TOO_MANY_REQUESTS: _("Too many requests"),
    Cause.SERVER_ERROR: _("Failure of the key service"),
    Cause.NOT_THE_PROTOCOL: _("Not the answer of a key service"),
    Cause.FORBIDDEN_ADDRESS: _("Address not allowed"),
    Cause.BUSY: _("Too many visits waited"),
}

OCCASIONS: Mapping[str, StrPromise] = {
    Occasion.VISIT: _("Visit of the channel"),
    Occasion.SAVE: _("Saving the configuration"),
    Occasion.JOB: _("Background job"),
    Occasion.COMMAND: _("Command"),
    Occasion.TEST: _("Service connection"),
}
