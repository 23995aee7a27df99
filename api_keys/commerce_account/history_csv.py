"""A company's history as CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from api_keys.commerce_account.history_words import details, who
from api_keys.commerce_account.models import Event

BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel takes UTF-8 for the system's own code page."""

# Where a cell starts: also after what spreadsheets of some countries take for a separator, or for
# the end of a row. What is not seen may stand before the sign.
_FORMULA = re.compile(
    r"(^|[;\t\r\n])"
    r'(?=[\s"\x00-\x1f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*'
    r"[=+\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b\u2212])"
    r"|^(?=[\t\r\n])"
)


def harmless(text: str) -> str:
    """Put an apostrophe before whatever a spreadsheet could take for a formula."""
    return _FORMULA.sub(lambda match: f"{match[0]}'", text)


class _Echo:
    """A file that hands back what is written to it, so that nothing piles up."""

    def write(self, text: str) -> str:
        return text


def csv_lines(events: Iterable[Event]) -> Iterator[str]:
    write = csv.writer(_Echo(), quoting=csv.QUOTE_ALL).writerow
    yield BYTE_ORDER_MARK
    yield _row(
        write,
        [
            _("Time (UTC)"),
            _("What"),
            _("Key"),
            _("Fingerprint"),
            _("Who"),
            _("Address"),
            _("Details"),
        ],
    )
    for event in events:
        yield _row(
            write,
            [
                f"{event.created_at:%Y-%m-%d %H:%M:%S}",
                event.get_kind_display(),
                event.key.description if event.key else "",
                event.key.fingerprint if event.key else "",
                who(event),
                event.address,
                details(event),
            ],
        )


def _row(write: Any, cells: list[str]) -> str:
    return str(write([harmless(cell) for cell in cells]))
