"""Find things by words: in the language of the page and in English, in any case and width."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import get_language, override

from admin_portal.search.things import Kind, Thing, things_for

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

MOST_FOUND = 50
"""Shown on the page; whoever has more adds a word."""

LONGEST_QUERY = 100
"""Characters."""


@dataclass(frozen=True)
class Found:
    """The best of what was found, as shown, and of how many."""

    things: list[Thing]
    number: int

    @property
    def by_kind(self) -> list[tuple[Kind, list[Thing]]]:
        kinds = ((kind, [thing for thing in self.things if thing.kind is kind]) for kind in Kind)
        return [(kind, things) for kind, things in kinds if things]


def fold(text: str) -> str:
    """Return the text without what makes no difference: case, width, kind of spaces, controls."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isprintable():
        return " ".join(folded.split())
    readable = (" " if unicodedata.category(each).startswith("C") else each for each in folded)
    return " ".join("".join(readable).split())


def search(query: str, user: User, *, most: int = MOST_FOUND) -> Found:
    """Return what has every word of the query, what has them in its title first."""
    words = fold(query).split()
    if not words:
        return Found([], 0)
    ranked = [
        (rank, thing) for thing in things_for(user) if (rank := _rank(thing, words)) is not None
    ]
    ranked.sort(key=lambda each: each[0])
    return Found([thing for _rank, thing in ranked[:most]], len(ranked))


def _rank(thing: Thing, words: list[str]) -> int | None:
    """Return how well the thing fits, 0 best; None when it doesn't."""
    titles = _folded([thing.title])
    everything = "\n".join([*titles, *_folded([*thing.trail, *thing.words])])
    if not all(word in everything for word in words):
        return None
    asked = " ".join(words)
    if asked in titles:
        return 0
    if any(title.startswith(asked) for title in titles):
        return 1
    return 2 if any(all(word in title for word in words) for title in titles) else 3


def _folded(texts: Iterable[StrPromise | str]) -> list[str]:
    """Return the texts folded, as they read here and in English."""
    texts = list(texts)
    folded = [fold(str(text)) for text in texts]
    if get_language() != "en":
        with override("en"):
            folded += [fold(str(text)) for text in texts if isinstance(text, Promise)]
    return folded
