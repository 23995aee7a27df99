"""A company's history as CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from django.utils.translation import gettext as _

from api_keys.commerce_account.history_words import details, what, who
from api_keys.commerce_account.models import Event

BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel takes UTF-8 for the system's own code page."""

ROWS_IN_A_PART = 500

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


def csv_parts(events: Iterable[Event]) -> Iterator[str]:
    """Yield the file in parts of many rows, so that neither memory nor the network suffers."""
    yield BYTE_ORDER_MARK + _rows([_head()])
    rows = (_cells(event) for event in events)
    while part := list(islice(rows, ROWS_IN_A_PART)):
        yield _rows(part)


def _rows(rows: Iterable[list[str]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerows([harmless(cell) for cell in cells] for cells in rows)
    return written.getvalue()


def _head() -> list[str]:
    return [
        _("Time (UTC)"),
        _("What"),
        _("Key"),
        _("Fingerprint"),
        _("Who"),
        _("Address"),
        _("Details"),
    ]


def _cells(event: Event) -> list[str]:
    return [
        f"{event.created_at:%Y-%m-%d %H:%M:%S}",
        what(event),
        event.key.description if event.key else "",
        event.key.fingerprint if event.key else "",
        who(event),
        event.address,
        details(event),
    ]
