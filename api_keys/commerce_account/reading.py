"""Read the key out of a request to the key-validation service, or say what is wrong with it."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings

from api_keys.commerce_account.problems import (
    BODY_SENT,
    CONFLICTING_KEYS,
    HEADERS_TOO_LARGE,
    HTTPS_REQUIRED,
    KEY_IN_ADDRESS,
    METHOD_NOT_ALLOWED,
    MISSING_KEY,
    Problem,
)
from api_keys.contract import KEY_HEADERS, KEY_PATTERN

LONGEST_HEADERS = 8 * 1024
"""Characters of all names and values together."""

_KEY_HEADERS = [f"HTTP_{name.upper().replace('-', '_')}" for name in KEY_HEADERS]
# The value is looked for first: a long name without one would be searched again and again.
_KEY_BY_NAME = re.compile(r"(?:^|[&;])(?=[^=&;]*=[^&;])[^=&;]*?(?:key|token)", re.IGNORECASE)


def read_key(environ: Mapping[str, Any]) -> str | Problem:
    """Return the key that a PEP 3333 environment holds. No body is read, no database asked.

    A key in the address is found before anything else, even where a header holds a good one: it
    has leaked, and this may be the only time that its owner hears of it.
    """
    if _has_key_in_address(environ):
        return KEY_IN_ADDRESS
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return METHOD_NOT_ALLOWED
    if settings.IS_HTTPS and environ["wsgi.url_scheme"] != "https":
        return HTTPS_REQUIRED
    if _has_body(environ):
        return BODY_SENT
    if _length_of_headers(environ) > LONGEST_HEADERS:
        return HEADERS_TOO_LARGE
    # A header that is sent twice arrives as one, parted by a comma; no key has one in it.
    sent = ",".join(environ.get(name, "") for name in _KEY_HEADERS)
    keys = {key.strip() for key in sent.split(",") if key.strip()}
    if len(keys) > 1:
        return CONFLICTING_KEYS
    return keys.pop() if keys else MISSING_KEY


def _has_key_in_address(environ: Mapping[str, Any]) -> bool:
    path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
    if not query:
        return KEY_PATTERN.search(path) is not None
    query = unquote_plus(query)
    return bool(KEY_PATTERN.search(path + "?" + query) or _KEY_BY_NAME.search(query))


def _has_body(environ: Mapping[str, Any]) -> bool:
    length = environ.get("CONTENT_LENGTH") or "0"
    return length.strip("0") != "" or "HTTP_TRANSFER_ENCODING" in environ


def _length_of_headers(environ: Mapping[str, Any]) -> int:
    return sum(
        len(name) + len(value) for name, value in environ.items() if name.startswith("HTTP_")
    )
