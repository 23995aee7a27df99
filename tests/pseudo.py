"""A language in which every text that passes through gettext stands in brackets.

So whatever has letters outside of them was not marked for translation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from html.parser import HTMLParser

from django.db import transaction
from django.template.autoreload import reset_loaders
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real

from admin_portal import kept_parts
from admin_portal.templatetags import menu
from tests.catalogs import texts

LANGUAGE = "ja"
"""Whose place it takes: dates and numbers are as there, with no letters of ours."""

_MARKED = re.compile("⟦[^⟦⟧]*⟧")
_LETTERS = re.compile(r"[A-Za-z]{2,}")
_DATA = re.compile(
    r"\S+@\S+|\b[A-Z]\w+(/[\w+-]+)+|https?://\S+|\b(/[\w.-]+)+/?|\bck_\w+|\b([0-9a-f]{4}-){2}[0-9a-f]{4}\b"
    r"|\b[A-Z]+(_[A-Z]+)+\b|\b[\w/]+\.(py|md)\b|\bUTC\b"
)
"""Addresses, keys, fingerprints, settings: the same in every language."""

_SHOWN_ATTRIBUTES = (
    "alt",
    "aria-label",
    "placeholder",
    "title",
    "data-label",
    "data-copied",
    "data-refused",
    "data-unable",
)
_NAMES_ONLY = ("bdi", "code", "script", "style", "time")
_EMPTY = ("br", "hr", "img", "input", "link", "meta", "path", "polyline")


class _Catalog:
    """Stands where Django has a language's catalog, and remembers what was asked for."""

    def __init__(self, asked_for: set[str]) -> None:
        self.asked_for = asked_for

    def gettext(self, message: str) -> str:
        self.asked_for.add(message)
        text = message.rpartition(trans_real.CONTEXT_SEPARATOR)[2]
        # Django takes the parts of "yes,no,maybe" one by one.
        return ",".join(f"⟦{part}⟧" for part in text.split(",")) if text else ""

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        self.asked_for.add(singular)
        return (
            f"⟦{(singular if number == 1 else plural).rpartition(trans_real.CONTEXT_SEPARATOR)[2]}⟧"
        )

    def language(self) -> str:
        return LANGUAGE

    to_language = language


@contextmanager
def speaking() -> Iterator[set[str]]:
    """Put this language in its place; yield the ids of the texts that are asked for."""
    translation.activate(LANGUAGE)
    real, asked_for = trans_real.translation(LANGUAGE), set[str]()
    trans_real._translations[LANGUAGE] = _Catalog(asked_for)  # type: ignore[attr-defined]  # private
    translation.deactivate()
    _forget_what_was_rendered()
    try:
        yield asked_for
    finally:
        trans_real._translations[LANGUAGE] = real  # type: ignore[attr-defined]  # private
        _forget_what_was_rendered()


def _forget_what_was_rendered() -> None:
    """Of fixed parts, which are rendered once for each language."""
    reset_loaders()
    menu.forget()
    kept_parts.forget()


def not_translated(asked_for: set[str]) -> set[str]:
    """Return what nobody translates into that language, of what the libraries say.

    What we say ourselves is in our own catalog, which `tests.catalogs` checks.
    """
    real = trans_real.DjangoTranslation(LANGUAGE)
    ours = {message.id if isinstance(message.id, str) else message.id[0] for message in texts()}
    known = {text for text in asked_for if real.gettext(text) != text or text in ours}
    return {text for text in asked_for - known if _LETTERS.search(_DATA.sub("", text))}


def walk(client: Client, paths: Iterable[str], *names: str) -> dict[tuple[str, str], list[str]]:
    """Return what is not marked on the pages that come of asking for `paths`, and of sending them.

    Whatever an empty form changes is taken back at once.
    """
    found = {}
    for path in paths:
        for method in ("get", "post"):
            with transaction.atomic():
                browser = Client(headers={"Accept-Language": LANGUAGE})
                browser.cookies = copy(client.cookies)
                answer = getattr(browser, method)(path, follow=True)
                transaction.set_rollback(True)
            if answer["Content-Type"].startswith("text/html"):
                found[path, method] = unmarked_in_html(answer.text, *names)
    return {page: texts for page, texts in found.items() if texts}


def unmarked(text: str, *names: str) -> list[str]:
    """Return the lines of `text` with letters outside of brackets, but for `names` and data."""
    previous = ""
    while previous != text:
        previous, text = text, _MARKED.sub("", text)
    text = _DATA.sub("", text)
    for name in names:
        text = text.replace(name, "")
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if _LETTERS.search(line)]


def unmarked_in_html(page: str, *names: str) -> list[str]:
    reader = _Reader()
    reader.feed(page)
    return unmarked("\n".join(reader.texts), *names)


def unmarked_in_template(source: str) -> list[str]:
    """Return what a template says by itself, in any of its branches."""
    said = re.sub(r"(?s){% blocktranslate.*?{% endblocktranslate %}|{[%{#].*?[%}#]}", "", source)
    return unmarked_in_html(said)


class _Reader(HTMLParser):
    """Collects what a person reads or hears of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._skipped: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        if self._skipped or _is_data(tag, has):
            if tag not in _EMPTY:
                self._skipped.append(tag)
            return
        self.texts += [has[name] or "" for name in _SHOWN_ATTRIBUTES if name in has]

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            self._skipped.pop()

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.texts.append(" ".join(data.split()))


def _is_data(tag: str, has: dict[str, str | None]) -> bool:
    classes = (has.get("class") or "").split()
    is_other_language = "lang" in has and tag != "html"
    return tag in _NAMES_ONLY or "code" in classes or is_other_language
