"""What people paste as a key: clean it of what came along, and say what can't be a key."""

import re

from django.utils.translation import gettext as _

from api_keys.contract import MAX_KEY_LENGTH, Environment, environment_in, has_good_checksum
from api_keys.store_configuration.environments import label_of

_QUOTES = "\"'`´“”„‘’‚«»"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_SPACES = "".join(filter(str.isspace, map(chr, range(0x3001))))
_AROUND = _SPACES + _QUOTES + _INVISIBLE
_MASK = re.compile(r"[•●∙·…]|\*{3}|\.{3}")
_PRINTABLE_ASCII = re.compile(r"[!-~]+")


def without_surroundings(pasted: str) -> str:
    """Return the key without the spaces, quotes and invisible characters around it."""
    return pasted.strip(_AROUND)


def is_malformed(key: str) -> bool:
    """Tell whether nobody can have issued `key`: it can't be sent, or our own checksum is wrong.

    Most are refused before they are stored; those in environment variables come this far.
    """
    cannot_be_sent = len(key) > MAX_KEY_LENGTH or not _PRINTABLE_ASCII.fullmatch(key)
    return cannot_be_sent or (environment_in(key) is not None and not has_good_checksum(key))


def problem_with(key: str, environment: Environment) -> str:
    """Say why `key` can't be the key of `environment`; an empty string when it can be.

    A key of a shape we don't know is fine: other services issue other shapes.
    """
    if _MASK.search(key):
        return _("This is a masked key. Copy the whole key in API Portal, then paste it here.")
    if len(key) > MAX_KEY_LENGTH:
        return _("This is longer than any key (%d characters at most).") % MAX_KEY_LENGTH
    if not _PRINTABLE_ASCII.fullmatch(key):
        return _("Keys have no spaces, line breaks or special letters inside. Copy it again.")
    named = environment_in(key)
    if named is not None and not has_good_checksum(key):
        return _("This key looks cut off or mistyped. Copy it again in API Portal, whole.")
    if named is not None and named is not environment:
        return _("This is a %(other)s key. It belongs in %(other)s Api Key.") % {
            "other": label_of(named)
        }
    return ""
