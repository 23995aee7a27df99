"""Keys that somebody found where no key should be: they are revoked, and their company is told."""

import re

from django.views.decorators.debug import sensitive_variables
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from api_keys.commerce_account.history import Actor
from api_keys.commerce_account.issuing import _digest, revoke_key
from api_keys.commerce_account.models import Event, IssuedKey
from api_keys.contract import has_good_checksum

KEY_IN_TEXT = re.compile(
    r"(?<![0-9A-Za-z])ck_(?:production|sandbox)_[0-9A-Za-z]{38}(?![0-9A-Za-z])"
)
"""What secret scanners look for; `docs/protocol.md` has it, too."""

MOST_KEYS = 20
REPORTS_A_MINUTE = 10

_storage = MemoryStorage()
_limiter = FixedWindowRateLimiter(_storage)


def may_report(address: str) -> bool:
    """Count a report from `address`. False when there were as many as may be in a minute."""
    item = RateLimitItemPerMinute(REPORTS_A_MINUTE, namespace="leak-reports")
    return _limiter.hit(item, address)


@sensitive_variables("text", "key")
def report_leaks(text: str, *, address: str) -> None:
    """Revoke the keys in `text`, up to MOST_KEYS. Nothing says whether there were any."""
    for key in keys_in(text)[:MOST_KEYS]:
        issued = IssuedKey.objects.filter(digest=_digest(key)).select_related("company").first()
        if issued:
            revoke_key(issued, by=Actor(None, address), kind=Event.Kind.KEY_LEAKED)


def keys_in(text: str) -> list[str]:
    """Return each whole key in `text` once. Whether it was ever issued, is not looked at."""
    return [key for key in dict.fromkeys(KEY_IN_TEXT.findall(text)) if has_good_checksum(key)]
