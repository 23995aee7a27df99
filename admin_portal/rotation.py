"""Re-encrypt what a site's database keeps with the first of its encryption keys. Both sites' own.

No row is locked: each is written by a statement of its own, on condition that it still holds what
was read. Whoever changed it meanwhile has used the first key, or wiped it; so it is left alone.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

ROWS_IN_A_BATCH = 500


@dataclass(frozen=True)
class Kept:
    """Rows that keep ciphertext in `field`; messages call them `what`, and each by `name`.

    `re_encrypt` takes the field's value and returns it encrypted with the first key, unchanged if
    it was, or None if none of today's keys opens it.

    `if_lost` says what becomes of what no key opens, where the site goes on without. Then it keeps
    nobody from dropping the old keys.
    """

    what: str
    rows: QuerySet[Any]
    field: str
    re_encrypt: Callable[[Any], Any]
    name: str = "pk"
    if_lost: str = ""


class State(Enum):
    DONE = auto()
    TO_DO = auto()
    UNREADABLE = auto()


class RotateCommand(BaseCommand):
    help = (
        "Encrypt with the first encryption key whatever another one encrypted. It may be"
        " interrupted, and run while the site serves. Exits with 0 only when the other keys are"
        " needed no more."
    )

    def kept(self) -> list[Kept]:
        """Return all that the site keeps encrypted."""
        raise NotImplementedError

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only count: may the other keys be dropped?"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        total = Counter[State]()
        for kept in self.kept():
            rotated = 0 if options["check"] else _rotate(kept)
            # Read anew, so that nothing is told but what the database holds in the end.
            counts = self._look_at(kept)
            unreadable = counts[State.UNREADABLE]
            total += counts
            self.stdout.write(
                f"{kept.what}: {rotated} re-encrypted, {counts[State.DONE] - rotated} were before,"
                f" {counts[State.TO_DO]} to do, {unreadable} unreadable"
            )
            if unreadable and kept.if_lost:
                self.stderr.write(kept.if_lost)
                total[State.UNREADABLE] -= unreadable
        if total[State.UNREADABLE]:
            raise CommandError(
                "None of the keys opens what is named above. Bring back the key that does, or"
                " have it replaced."
            )
        if total[State.TO_DO] and not options["check"]:
            raise CommandError(
                "Something wrote with another key meanwhile. Restart whatever was started before"
                " the new key came first, then run this again."
            )
        if total[State.TO_DO]:
            raise CommandError("The other keys are still needed. Run this without --check.")
        self.stdout.write("The first key opens whatever any does: the others may be dropped.")

    def _look_at(self, kept: Kept) -> Counter[State]:
        counts = Counter[State]()
        for _pk, name, old, new in _read(kept):
            if new is None:
                self.stderr.write(f"unreadable: {kept.what} {name}")
                counts[State.UNREADABLE] += 1
            else:
                counts[State.DONE if new == old else State.TO_DO] += 1
        return counts


def _rotate(kept: Kept) -> int:
    return sum(
        kept.rows.filter(pk=pk, **{kept.field: old}).update(**{kept.field: new})
        for pk, _name, old, new in _read(kept)
        if new is not None and new != old
    )


def _read(kept: Kept) -> Iterator[tuple[Any, Any, Any, Any]]:
    """Yield each row's primary key, name, value, and that value re-encrypted."""
    rows = kept.rows.order_by("pk").values_list("pk", kept.name, kept.field)
    batch = list(rows[:ROWS_IN_A_BATCH])
    while batch:
        for pk, name, old in batch:
            yield pk, name, old, kept.re_encrypt(old)
        batch = list(rows.filter(pk__gt=batch[-1][0])[:ROWS_IN_A_BATCH])
