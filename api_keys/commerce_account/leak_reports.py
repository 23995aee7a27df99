"""Keys that somebody found where no key should be: they are revoked, and their company is told."""

import re

from django.views.decorators.debug import sensitive_variables

from admin_portal.actors import Actor
from api_keys.commerce_account.digests import digest_of
from api_keys.commerce_account.issuing import revoke_key
from api_keys.commerce_account.models import Event, IssuedKey
from api_keys.contract import KEY_PATTERN, has_good_checksum

KEY_IN_TEXT = re.compile(rf"(?<![0-9A-Za-z]){KEY_PATTERN.pattern}(?![0-9A-Za-z])")
"""What secret scanners look for; `docs/protocol.md` has it, too."""

MOST_KEYS = 20


@sensitive_variables("text", "key")
def report_leaks(text: str, *, address: str) -> None:
    """Revoke the keys in `text`, up to MOST_KEYS. Nothing says whether there were any."""
    for key in keys_in(text)[:MOST_KEYS]:
        issued = IssuedKey.objects.filter(digest=digest_of(key)).select_related("company").first()
        if issued:
            revoke_key(issued, by=Actor(None, address), kind=Event.Kind.KEY_LEAKED)


def keys_in(text: str) -> list[str]:
    """Return each whole key in `text` once. Whether it was ever issued, is not looked at."""
    return [key for key in dict.fromkeys(KEY_IN_TEXT.findall(text)) if has_good_checksum(key)]
