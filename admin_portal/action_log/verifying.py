"""Read the whole record again, and tell what does not fit together."""

from __future__ import annotations

import hmac
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db import connection
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from admin_portal.action_log import chain
from admin_portal.action_log.models import ActionRecord, ChainHead, ChainKey
from admin_portal.encryption import UnreadableError

ROWS_IN_A_BATCH = 2000

ALTERED = "altered, or not written by this Admin"
MISSING = "missing"
IMPOSSIBLE = "no row has such a number"
LOCKED = "not verifiable: no key of ADMIN_ENCRYPTION_KEYS opens what seals it"
NO_KEY = "not verifiable: what seals it is missing"
KEY_WITHOUT_ROWS = "a new seal begins here, but there is no such row"
HEAD_BEHIND = "not noted as written: added, or the note of the last row was altered"
HEAD_ALTERED = "the note that it is the last row was altered"
HEAD_WAS_WRONG = (
    "the note of the last row was gone or wrong when it came: some before may be missing"
)
NOT_AS_NOTED = "not the row that you noted, or missing"


@dataclass(frozen=True)
class Finding:
    """What is wrong with the rows from `first` to `last`."""

    first: int
    last: int
    what: str

    def __str__(self) -> str:
        rows = f"row {self.first}" if self.first == self.last else f"rows {self.first}-{self.last}"
        return f"{rows}: {self.what}"


@dataclass
class Place:
    """How far a verification came: the last row's number and seal, and how many rows it read.

    Without `mac`, the row before the next one is not known.
    """

    number: int = 0
    mac: str | None = ""
    rows: int = 0


def verify(place: Place, *, noted: tuple[int, str] | None = None) -> Iterator[Finding]:
    """Yield what is wrong; `place` moves along. `noted` are a row's number and seal from earlier.

    Nothing is locked: what is recorded meanwhile is read, too. Rows that follow one another with
    the same trouble are one finding, so that memory doesn't grow with the log.
    """
    waiting: Finding | None = None
    for finding in _findings(place, noted):
        if waiting and waiting.what == finding.what and waiting.last + 1 == finding.first:
            waiting = replace(waiting, last=finding.last)
            continue
        if waiting:
            yield waiting
        waiting = finding
    if waiting:
        yield waiting


def _findings(place: Place, noted: tuple[int, str] | None) -> Iterator[Finding]:
    for number in ActionRecord.objects.filter(pk__lt=1).values_list("pk", flat=True):
        yield Finding(number, number, IMPOSSIBLE)
    seen = ""
    while batch := _rows_after(place.number):
        keys = _keys()
        for number, row in batch:
            yield from _about_row(number, row, place, keys)
            if noted and number == noted[0]:
                seen = place.mac or ""
        # A row and the note of it are written at once, so this is read after the rows.
        if len(batch) < ROWS_IN_A_BATCH and _head().number <= place.number:
            break
    yield from _about_the_end(place)
    if noted and not hmac.compare_digest(seen, noted[1]):
        yield Finding(noted[0], noted[0], NOT_AS_NOTED)


def _about_row(
    number: int, row: ActionRecord | None, place: Place, keys: _Keys
) -> Iterator[Finding]:
    before = place.mac
    if number > place.number + 1:
        yield Finding(place.number + 1, number - 1, MISSING)
        before = None
    place.number, place.rows = number, place.rows + 1
    place.mac = row.mac if row else None
    key = keys.of(number)
    if isinstance(key, _NoKey):
        yield Finding(number, number, key.why)
    elif row is None or not _is_sorted_as_read(row):
        yield Finding(number, number, ALTERED)
    elif before is not None and not _is_sealed(row, key, before):
        is_after_wrong_head = _is_sealed(row, key, chain.NOT_AS_NOTED)
        yield Finding(number, number, HEAD_WAS_WRONG if is_after_wrong_head else ALTERED)


def _about_the_end(place: Place) -> Iterator[Finding]:
    head, keys = _head(), _keys()
    for first in keys.firsts:
        if first > head.number:
            yield Finding(first, first, KEY_WITHOUT_ROWS)
    if head.number > place.number:
        yield Finding(place.number + 1, head.number, MISSING)
    elif head.number < place.number:
        yield Finding(head.number + 1, place.number, HEAD_BEHIND)
    elif place.number:
        key = keys.of(head.number)
        if head.mac != place.mac or (isinstance(key, str) and not chain.is_sealed(head, key)):
            yield Finding(head.number, head.number, HEAD_ALTERED)


def _is_sealed(row: ActionRecord, key: str, before: str) -> bool:
    try:
        sealed = chain.seal(row, key, before=before)
    except (AttributeError, TypeError, ValueError):
        return False  # of a type that is never written
    return hmac.compare_digest(sealed.encode(), str(row.mac).encode())


def _is_sorted_as_read(row: ActionRecord) -> bool:
    """Tell whether the row stands where its time belongs, in the report and among its filters.

    SQLite keeps, compares and sorts instants as text, and the same one may be written otherwise.
    """
    kept = getattr(row, "at_as_kept", None)
    return kept is None or kept == connection.ops.adapt_datetimefield_value(row.at)


def _rows() -> QuerySet[ActionRecord]:
    rows = ActionRecord.objects.all()
    if connection.vendor == "sqlite":
        return rows.annotate(at_as_kept=Cast("at", TextField()))
    return rows


def _rows_after(number: int) -> list[tuple[int, ActionRecord | None]]:
    """Return the next rows by their numbers; None for one that can't even be read."""
    following = _rows().filter(pk__gt=number).order_by("pk")
    try:
        return [(row.number, row) for row in following[:ROWS_IN_A_BATCH]]
    except ValueError:
        numbers = following.values_list("pk", flat=True)[:ROWS_IN_A_BATCH]
        return [(each, _row_or_none(each)) for each in numbers]


def _row_or_none(number: int) -> ActionRecord | None:
    try:
        return _rows().filter(pk=number).first()
    except ValueError:
        return None


def _head() -> ChainHead:
    return ChainHead.objects.filter(pk=1).first() or ChainHead()


@dataclass(frozen=True)
class _NoKey:
    why: str


@dataclass(frozen=True)
class _Keys:
    """The seals' keys, by the row with which each begins."""

    firsts: list[int]
    keys: list[str | _NoKey]

    def of(self, number: int) -> str | _NoKey:
        place = bisect_right(self.firsts, number)
        return self.keys[place - 1] if place else _NoKey(NO_KEY)


def _keys() -> _Keys:
    rows = list(ChainKey.objects.order_by("first_number"))
    return _Keys([row.first_number for row in rows], [_opened(row) for row in rows])


def _opened(row: ChainKey) -> str | _NoKey:
    try:
        return chain.opened(row)
    except UnreadableError:
        return _NoKey(LOCKED)
