"""What each trouble on the way to the key service means, and the one thing to do about it.

In the texts, `%(setting)s` and the like stand for what `diagnosis.Target.words` has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

from api_keys.contract import Cause, Verdict

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class Trouble(NamedTuple):
    why: StrPromise
    remedy: StrPromise


EXCHANGING: Mapping[Cause, Trouble] = {
    Cause.TIME_OUT: Trouble(
        _("The whole answer was not there within %(seconds)s seconds."),
        _("Run this again in some minutes; if it stays so, tell whoever runs the service."),
    ),
    Cause.REFUSED: Trouble(
        _("The machine was reached, but nothing takes calls at port %(port)s."),
        _("Check the port in %(setting)s, and that the service runs."),
    ),
    Cause.NO_CONNECTION: Trouble(
        _("The connection broke off before the whole answer was there."),
        _("Run this again; if it stays so, tell whoever runs the service."),
    ),
    Cause.TLS: Trouble(
        _("The other side does not speak TLS as it should, so nothing was sent to it."),
        _("Check that %(setting)s has the port for https."),
    ),
    Cause.TOO_MANY_REQUESTS: Trouble(
        _("The service has had too many requests from here."),
        _("Wait a minute, then run this again."),
    ),
    Cause.SERVER_ERROR: Trouble(
        _("The service is there, but it has a failure of its own."),
        _("Tell whoever runs the service, with the request id above."),
    ),
    Cause.NOT_THE_PROTOCOL: Trouble(
        _("Something answers here, but not as a key service does: a web page, or another program."),
        _("Check the address in %(setting)s, its path, too. Redirects are never followed."),
    ),
    Cause.FORBIDDEN_ADDRESS: Trouble(
        _("%(service)s leads only to addresses that this Admin may not call: none is public."),
        _("If the service is there, list its network in KEY_VALIDATION_ALLOWED_NETWORKS."),
    ),
    Cause.BUSY: Trouble(
        _("Too many visits wait for the service, so that this call was not made."),
        _("Wait a minute, then run this again."),
    ),
}
"""For a call on a connection that stands, and where a step has no words of its own."""

LOOKING_UP: Mapping[Cause, Trouble] = {
    **EXCHANGING,
    Cause.TIME_OUT: Trouble(
        _("The name servers did not answer in time about %(host)s."),
        _("Check which name servers this machine uses, and that they can be reached."),
    ),
    Cause.NO_CONNECTION: Trouble(
        _("No address is known for the name %(host)s."),
        _("Check how the name is spelled in the settings, and that this machine's DNS knows it."),
    ),
}

CONNECTING: Mapping[Cause, Trouble] = {
    **EXCHANGING,
    Cause.TIME_OUT: Trouble(
        _("Nothing answers at the address. Mostly a firewall on the way is why."),
        _("Have the firewall let this machine connect to %(host)s."),
    ),
    Cause.NO_CONNECTION: Trouble(
        _("There is no way from this machine to the address."),
        _("Check this machine's network, and that the firewall lets it connect to %(host)s."),
    ),
}

SECURING: Mapping[Cause, Trouble] = {
    **EXCHANGING,
    Cause.TIME_OUT: Trouble(
        _("The other side did not finish the TLS handshake in time."),
        _("Check that the port in %(setting)s is one for https; if so, tell who runs the service."),
    ),
    Cause.NO_CONNECTION: Trouble(
        _("The other side hung up during the TLS handshake."),
        _("Check that the port in %(setting)s is one for https; if so, tell who runs the service."),
    ),
}

NO_TUNNEL = Trouble(
    _("The proxy %(host)s did not connect this Admin to %(service)s."),
    _("Have the proxy allow %(service)s, or correct HTTPS_PROXY."),
)

_STRANGER = Trouble(
    _("Nobody whom this machine trusts vouches for the certificate of %(service)s."),
    _("If it is your own, set KEY_VALIDATION_CA_BUNDLE to the file with its issuer's certificate."),
)
_OTHER_NAME = Trouble(
    _("The certificate is for another name than %(service)s."),
    _("Write the name in %(setting)s as it stands in the certificate."),
)
CERTIFICATE: Mapping[int, Trouble] = {
    9: Trouble(
        _("The certificate of %(service)s is not valid yet, as this machine's clock has it."),
        _("Check this machine's clock."),
    ),
    10: Trouble(
        _("The certificate of %(service)s has expired."),
        _("Have whoever runs the service renew it; check this machine's clock, too."),
    ),
    18: _STRANGER,
    19: _STRANGER,
    20: _STRANGER,
    21: _STRANGER,
    62: _OTHER_NAME,
    64: _OTHER_NAME,
}
"""By OpenSSL's numbers (X509_V_ERR_…)."""

CLOCK = Trouble(
    _("This machine's clock and the service's differ by more than a minute."),
    _("Have this machine set its clock by NTP; otherwise keys seem to expire too early or late."),
)

_A_GOOD_KEY = _("Put a good key into %(place)s.")
VERDICTS: Mapping[Verdict, Trouble] = {
    Verdict.INVALID: Trouble(_("The service works, but has never issued the key."), _A_GOOD_KEY),
    Verdict.MALFORMED: Trouble(
        _("The key is cut off or mistyped, so it was not even sent."), _A_GOOD_KEY
    ),
    Verdict.REVOKED: Trouble(
        _("The service works, but the key was deleted or rolled."), _A_GOOD_KEY
    ),
    Verdict.EXPIRED: Trouble(_("The service works, but the key has expired."), _A_GOOD_KEY),
    Verdict.WRONG_ENVIRONMENT: Trouble(
        _("The service works, but the key belongs to another environment than %(environment)s."),
        _A_GOOD_KEY,
    ),
    Verdict.UNREADABLE: Trouble(
        _("The key is encrypted with a key that this Admin doesn't have, so no call was made."),
        _("Add the former key to ADMIN_ENCRYPTION_KEYS, behind today's, or paste the key again."),
    ),
    Verdict.MISSING: Trouble(
        _("The key was removed a moment ago."),
        _A_GOOD_KEY,
    ),
}
