"""The catalogs of translations under locale/, kept without a package of the system.

    python -m tests.catalogs update    take over what the code says today, and compile
    python -m tests.catalogs check     fail if something is missing, fuzzy, stale or not compiled

Django's own `makemessages` needs GNU gettext. This finds the same texts: Babel reads Python, and
Django's `templatize` makes Python of templates.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

from admin_portal.settings import base

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("admin_portal", "amazon_channel", "api_keys", "templates")
LANGUAGES = [code for code, _name in base.LANGUAGES if code != base.LANGUAGE_CODE]
KEYWORDS = {
    **dict.fromkeys(("_", "_lazy", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
UNWANTED = re.compile(
    rb'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Report-Msgid-Bugs-To|Last-Translator'
    rb"|Language-Team):[^\n]*\n"
)
"""Lines of a catalog's head. With a date in it, each merge would be a conflict."""

HEADER = "# Translations of the Commerce Admin and the Commerce account."


def main(what: str) -> None:
    settings.configure()
    found = texts()
    troubles = [
        trouble for language in LANGUAGES for trouble in _FOR[what](found, catalog_of(language))
    ]
    sys.exit("\n".join(troubles) or 0)


def texts() -> Catalog:
    """Return every text that the code marks for translation."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *PACKAGES],  # noqa: S607  (wherever the system has it)
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    found = Catalog()
    for name in sorted(listed.stdout.split()):
        path = ROOT / name
        if path.suffix in (".py", ".html", ".txt", ".md") and path.exists():
            for _line, message, comments, context in texts_in(path):
                found.add(message, auto_comments=comments, context=context)
    return found


def texts_in(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    source = path.read_text()
    if path.suffix != ".py":
        # What is left of the indentation would be none of Python's.
        lines = templatize(source, origin=str(path)).splitlines()
        source = "\n".join(line.strip() for line in lines)
    yield from extract(
        "python",
        io.BytesIO(source.encode()),
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    )


def update(found: Catalog, kept: Catalog) -> list[str]:
    """Add what is new, and drop what is said no more. A text that changed has to be translated."""
    kept.update(found, no_fuzzy_matching=True)
    kept.obsolete.clear()
    path = path_of(str(kept.locale))
    path.write_bytes(written(kept))
    path.with_suffix(".mo").write_bytes(compiled(kept))
    return []


def check(found: Catalog, kept: Catalog) -> list[str]:
    path = path_of(str(kept.locale))
    name = path.relative_to(ROOT)
    wanted = {_id(message) for message in found if message.id}
    held = {_id(message): message for message in kept if message.id}
    compiled_now = path.with_suffix(".mo")
    return [
        *(f"{name}: missing: {text!r}" for text in sorted(wanted - held.keys(), key=str)),
        *(f"{name}: stale: {text!r}" for text in sorted(held.keys() - wanted, key=str)),
        *(f"{name}: stale: {text!r}" for text in sorted(kept.obsolete, key=str)),
        *(f"{name}: {trouble}: {id_!r}" for id_, m in held.items() for trouble in _troubles(m)),
        *(
            [f"{name}: not compiled: run python -m tests.catalogs update"]
            if not compiled_now.exists() or compiled_now.read_bytes() != compiled(kept)
            else []
        ),
    ]


def _troubles(message: Message) -> Iterator[str]:
    said = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    meant = message.id if isinstance(message.id, (list, tuple)) else [message.id]
    if message.fuzzy:
        yield "fuzzy"
    if not all(said):
        yield "not translated"
        return
    for text in filter(None, said):
        if _placeholders(text) != _placeholders(meant[-1]):
            yield "other placeholders"
        if text.startswith("\n") != meant[0].startswith("\n"):
            yield "another line break at the start"


def _placeholders(text: str) -> tuple[set[str], list[str]]:
    """Return those that may stand in another order, and those that may not."""
    return (
        set(re.findall(r"%\(\w+\)[+\d.]*[sd]|</?\w+", text)),
        re.findall(r"%[+\d.]*[sd]", text),
    )


def _id(message: Message) -> tuple[str | None, str]:
    first = message.id[0] if isinstance(message.id, (list, tuple)) else message.id
    return message.context, first


def catalog_of(language: str) -> Catalog:
    path = path_of(language)
    if not path.exists():
        path.parent.mkdir(parents=True)
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def path_of(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def written(catalog: Catalog) -> bytes:
    catalog.header_comment, catalog.fuzzy = HEADER, False
    catalog.project, catalog.version = "Commerce Admin", "0"
    file = io.BytesIO()
    write_po(file, catalog, sort_output=True, omit_header=False, width=96)
    return re.sub(UNWANTED, b"", file.getvalue())


def compiled(catalog: Catalog) -> bytes:
    file = io.BytesIO()
    ready = read_po(io.BytesIO(written(catalog)), locale=catalog.locale)
    # The head that Babel writes has the time in it: each minute's file would be another one.
    ready.creation_date = datetime(2000, 1, 1, tzinfo=UTC)
    write_mo(file, ready)
    return file.getvalue()


_FOR = {"update": update, "check": check}

if __name__ == "__main__":
    main(sys.argv[1])
