"""Record which keys are used, by whom and how often, without a write in most requests.

Calls are counted in memory and written down by a thread every USAGE_FLUSH_SECONDS, and as the
process ends. A crash loses what was counted since; a key's state is never kept here.
"""

import functools
import logging
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from admin_portal.background_writing import write_regularly
from api_keys.commerce_account import issuing
from api_keys.commerce_account.checking import FoundKey
from api_keys.commerce_account.models import Company, IssuedKey, KeyUsage
from api_keys.commerce_account.waiting import impatient
from api_keys.contract import KEY_PATTERN, Verdict

logger = logging.getLogger(__name__)

MOST_CLIENTS = 20
"""Pairs of address and client kept for a key and a day. The rest are counted together, as OTHER."""

_KEYS_AT_ONCE = 200

Client = tuple[str, str]
OTHER: Client = ("", "")


@dataclass
class _Use:
    calls: int
    last: datetime

    def add(self, other: "_Use") -> None:
        self.calls += other.calls
        self.last = max(self.last, other.last)


@dataclass
class _Day:
    """What was counted of one key on one day."""

    clients: dict[Client, _Use]
    last: datetime
    last_client: Client

    def add(self, client: Client, use: _Use) -> None:
        if use.last >= self.last:
            self.last, self.last_client = use.last, client
        if client not in self.clients and len(self.clients) >= MOST_CLIENTS:
            client = OTHER
        self.clients.setdefault(client, _Use(0, use.last)).add(use)


_Counted = dict[tuple[int, date], _Day]

_lock = threading.Lock()
_flushing = threading.Lock()
_counted: _Counted = {}
_first_uses: dict[int, datetime] = {}
"""First uses that could not be written at once. The next flush does."""


def count(
    issued: FoundKey | IssuedKey, verdict: Verdict, environ: Mapping[str, Any], now: datetime
) -> None:
    """Count an answer about a key. Its first use is written at once: a roll may wait for it."""
    client = environ["REMOTE_ADDR"][:45], _readable(environ.get("HTTP_USER_AGENT", ""))
    with _lock:
        _add(issued.id, now.date(), client, _Use(1, now))
    if verdict is Verdict.VALID and issued.first_used_at is None:
        _note_first_use(issued.id, now)


def flush() -> None:
    """Write down what was counted, in one transaction. What can't be written is kept."""
    with _flushing:
        _flush()


def write(counted: _Counted) -> None:
    """Add what one process counted to what all of them have written. What is written leaves it.

    A transaction for some keys at a time: nobody waits long for one, and none waits for another
    in a circle.
    """
    pks = sorted({key_pk for key_pk, _day in counted})
    for start in range(0, len(pks), _KEYS_AT_ONCE):
        some = set(pks[start : start + _KEYS_AT_ONCE])
        part = {entry: day for entry, day in counted.items() if entry[0] in some}
        with transaction.atomic():
            _write_some(part, some)
        for entry in part:
            del counted[entry]


def forget() -> None:
    """Drop what was counted and not yet written."""
    with _lock:
        _counted.clear()
        _first_uses.clear()


def write_in_background() -> threading.Event:
    """Flush every USAGE_FLUSH_SECONDS until the event is set, and as the process ends."""
    return write_regularly(flush, seconds=settings.USAGE_FLUSH_SECONDS, name="usage")


def _flush() -> None:
    global _counted
    with _lock:
        taken, _counted = _counted, {}
    try:
        if taken:
            write(taken)
    except Exception:
        # Whatever it is: the thread must not end with it.
        logger.exception("The use of keys could not be written; it is kept for the next time.")
        with _lock:
            for (key_pk, day), counted in taken.items():
                for client, use in counted.clients.items():
                    _add(key_pk, day, client, use)
    for key_pk, now in list(_first_uses.items()):
        _first_uses.pop(key_pk, None)
        _note_first_use(key_pk, now)


def _add(key_pk: int, day: date, client: Client, use: _Use) -> None:
    counted = _counted.get((key_pk, day))
    if counted is None:
        counted = _counted[key_pk, day] = _Day({}, use.last, client)
    counted.add(client, use)


@functools.lru_cache(maxsize=1024)
def _readable(client: str) -> str:
    """Return what a client calls itself, without what would garble a page, a log or a database."""
    printable = "".join(character for character in client if character.isprintable())
    return KEY_PATTERN.sub("[key]", printable)[:200]


def _note_first_use(key_pk: int, now: datetime) -> None:
    if key_pk in _first_uses:
        return
    try:
        with impatient(connection):
            issuing.note_first_use(key_pk, now)
    except Exception:
        # The verdict stands all the same.
        logger.exception("The first use of a key could not be written; it will be, later.")
        _first_uses.setdefault(key_pk, now)


def _write_some(counted: _Counted, pks: set[int]) -> None:
    # Companies are locked first, as `issuing` does, so that nobody waits in a circle; then what
    # another process adds meanwhile comes before or after. SQLite has no row locks: its
    # transactions are IMMEDIATE and come one by one.
    owners = IssuedKey.objects.filter(pk__in=pks).values("company")
    list(Company.objects.select_for_update(no_key=True).filter(pk__in=owners).order_by("pk"))
    used = ("last_used_at", "last_used_address", "last_used_client")
    keys = IssuedKey.objects.only(*used).in_bulk(pks)
    days = {day for _key_pk, day in counted}
    written: dict[tuple[int, date], dict[Client, KeyUsage]] = defaultdict(dict)
    for row in KeyUsage.objects.filter(key__in=keys, day__in=days):
        written[row.key_id, row.day][row.address, row.client] = row
    changed = [
        row
        for (key_pk, day), of_day in counted.items()
        if key_pk in keys
        for row in _rows_of(key_pk, day, of_day, written[key_pk, day])
    ]
    for row in changed:
        row.pk = None  # found by its other columns, written or not
    KeyUsage.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["key", "day", "address", "client"],
        update_fields=["calls", "last_used_at"],
    )
    _write_last_uses(counted, keys)


def _rows_of(
    key_pk: int, day: date, counted: _Day, written: dict[Client, KeyUsage]
) -> list[KeyUsage]:
    changed = {}
    for client, use in counted.clients.items():
        if client not in written and len(written) >= MOST_CLIENTS:
            client = OTHER
        row = written.get(client)
        if row is None:
            row = written[client] = KeyUsage(
                key_id=key_pk,
                day=day,
                address=client[0],
                client=client[1],
                calls=0,
                last_used_at=use.last,
            )
        row.calls += use.calls
        row.last_used_at = max(row.last_used_at, use.last)
        changed[client] = row
    return list(changed.values())


def _write_last_uses(counted: _Counted, keys: dict[int, IssuedKey]) -> None:
    changed = {}
    for (key_pk, _day), of_day in counted.items():
        key = keys.get(key_pk)
        if key and (key.last_used_at is None or key.last_used_at <= of_day.last):
            key.last_used_at = of_day.last
            key.last_used_address, key.last_used_client = of_day.last_client
            changed[key_pk] = key
    IssuedKey.objects.bulk_update(
        changed.values(), ["last_used_at", "last_used_address", "last_used_client"]
    )
