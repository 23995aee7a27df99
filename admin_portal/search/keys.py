"""API keys among what is searched for."""

from __future__ import annotations

import unicodedata

from api_keys.contract import KEY_PATTERN, fingerprint
from api_keys.store_configuration.held_keys import held_keys

SHORTEST_KEY = 16
"""Characters. Words below that are looked for without asking which keys are held."""


def key_in(query: str) -> str:
    """Return the API key that stands in a query, or an empty text.

    Ours are known by their shape, those of other issuers when the store holds them.
    """
    text = unicodedata.normalize("NFKC", query)
    if found := KEY_PATTERN.search(text):
        return found[0]
    long_words = {fingerprint(word): word for word in text.split() if len(word) >= SHORTEST_KEY}
    held = {key.fingerprint for key in held_keys().values() if key} if long_words else set()
    return next((word for mark, word in long_words.items() if mark in held), "")
