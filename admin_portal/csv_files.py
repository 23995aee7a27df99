"""Files of CSV that no spreadsheet takes for formulas, sent as they are read. Both sites' own."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from django.http import StreamingHttpResponse
from django.utils import translation

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


def csv_answer(name: str, head: list[str], rows: Iterable[list[str]]) -> StreamingHttpResponse:
    """Answer with the file `name`. `rows` are read as it is sent, so that none has to be kept."""
    return StreamingHttpResponse(
        _in_language(translation.get_language(), csv_parts(head, rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def csv_parts(head: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """Yield the file in parts of many rows, so that neither memory nor the network suffers."""
    yield BYTE_ORDER_MARK + _written([head])
    coming = iter(rows)
    while part := list(islice(coming, ROWS_IN_A_PART)):
        yield _written(part)


def harmless(text: str) -> str:
    """Put an apostrophe before whatever a spreadsheet could take for a formula."""
    return _FORMULA.sub(lambda match: f"{match[0]}'", text)


def _in_language(language: str | None, parts: Iterator[str]) -> Iterator[str]:
    # The middleware is done with the request when these are asked for.
    with translation.override(language):
        yield from parts


def _written(rows: Iterable[list[str]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerows([harmless(cell) for cell in cells] for cells in rows)
    return written.getvalue()
