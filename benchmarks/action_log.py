"""What the pages of the Action Log's report cost at a million rows, and its verification.

    python -m benchmarks.action_log [rows]

Each page's queries are timed in process, on SQLite and on PostgreSQL; the median of five.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.servers import environment_in

ROWS = 1_000_000
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
FILTERS: dict[str, dict[str, Any]] = {
    "no filter": {},
    "group, half": {"group": "sign_in"},
    "group, few": {"group": "roles"},
    "group, none": {"group": "exports"},
    "action, few": {"action": "roles.changed"},
    "result, few": {"result": "failure"},
    "user, half": {"user_name": "ada"},
    "user, few": {"user_name": "user 8"},
    "user, none": {"user_name": "nobody"},
    "address, few": {"address": "192.0.2.7"},
    "period, a day": {"since": BEGIN.date() + timedelta(2), "until": BEGIN.date() + timedelta(2)},
    "user and group, none": {"user_name": "ada", "group": "roles"},
}


def main(rows: int) -> None:
    if os.environ.get("ADMIN_DATABASE_URL"):
        measure(rows)
        return
    import subprocess

    from tests.postgresql import running_postgresql

    with tempfile.TemporaryDirectory() as folder, running_postgresql() as url:
        for name, place in (("sqlite", "sqlite"), ("postgresql", url)):
            own = Path(folder) / name
            own.mkdir()
            child = {**os.environ, **environment_in(own), "ADMIN_DATABASE_URL": place}
            command = [sys.executable, "-m", "benchmarks.action_log", str(rows)]
            subprocess.run(command, env=child, check=True)


def measure(rows: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "admin_portal.settings.admin"
    if os.environ["ADMIN_DATABASE_URL"].startswith("sqlite"):
        del os.environ["ADMIN_DATABASE_URL"]
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    print(f"{connection.vendor}, {rows} rows", flush=True)
    start = time.perf_counter()
    fill(rows)
    print(f"filled in {time.perf_counter() - start:.0f} s", flush=True)
    print(f"one record: {one_record():.1f} ms", flush=True)
    for line in pages(rows):
        print(line, flush=True)
    start = time.perf_counter()
    call_command("verify_action_log")
    print(f"verify_action_log: {time.perf_counter() - start:.1f} s", flush=True)


def fill(rows: int) -> None:
    from django.db import connection, transaction

    from admin_portal.action_log import chain
    from admin_portal.action_log.models import ActionRecord, ChainHead

    key, head = chain.key_for(1), ChainHead(pk=1)
    columns = [field.attname for field in ActionRecord._meta.concrete_fields]
    quoted = ", ".join(map(connection.ops.quote_name, columns))
    into = f"action_log_actionrecord ({quoted})"
    lines = (line(number, key, head, columns) for number in range(1, rows + 1))
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for values in lines:
                    copy.write_row(values)
        else:
            places = ", ".join(["%s"] * len(columns))
            while batch := list(islice(lines, 10_000)):
                cursor.executemany(f"INSERT INTO {into} VALUES ({places})", batch)  # noqa: S608
        head.seal = chain.head_seal(head, key)
        head.save()
    if connection.vendor == "postgresql":
        connection.cursor().execute("ANALYZE")


def line(number: int, key: str, head: Any, columns: list[str]) -> list[Any]:
    """Return a row's values as the database takes them, and move the head to it."""
    from admin_portal.action_log import chain
    from admin_portal.action_log.models import ActionRecord

    is_role = number % 100 == 0
    action = "roles.changed" if is_role else ("sign_in.signed_in", "pages.refused")[number % 2]
    row = ActionRecord(
        number=number,
        at=BEGIN + timedelta(seconds=10 * number),
        group=action.partition(".")[0],
        action=action,
        result="failure" if number % 50 == 1 else "success",
        user_name="ada" if number % 2 and not is_role else f"user {number % 500}",
        address=f"192.0.2.{number % 250}",
        subject="Support",
        changes=[["Role", "a", "b"]],
        request_id=f"{number:032x}",
    )
    row.mac = head.mac = chain.seal(row, key, before=head.mac)
    head.number = number
    as_kept = {"at": f"{row.at:%Y-%m-%d %H:%M:%S}", "changes": json.dumps(row.changes)}
    return [as_kept.get(column, getattr(row, column)) for column in columns]


def one_record() -> float:
    """Return the milliseconds of one more record, its transaction included; the median of 200."""
    from admin_portal.action_log.actions import Action
    from admin_portal.action_log.recording import record
    from admin_portal.actors import NOBODY

    times = []
    for each in range(200):
        start = time.perf_counter()
        record(Action.SIGN_IN_FAILED, by=NOBODY, user_name=f"user {each}")
        times.append(time.perf_counter() - start)
    return 1000 * median(times)


def pages(rows: int) -> Iterator[str]:
    from admin_portal.action_log.search import ORDERS, ReportForm, report_page

    places = {"first": "", "middle": str(rows // 2), "last": str(rows)}
    for name, chosen in FILTERS.items():
        for sort in ORDERS:
            took = {}
            for place, pk in places.items():
                times = []
                for _again in range(5):
                    form = ReportForm({**chosen, "sort": sort})
                    form.is_valid()
                    start = time.perf_counter()
                    report_page(form, following=pk)
                    times.append(time.perf_counter() - start)
                took[place] = 1000 * median(times)
            shown = ", ".join(f"{place} {value:.1f}" for place, value in took.items())
            instead = "  (newest instead)" if form.errors else ""
            yield f"{name:<22} {sort:<8} {shown} ms{instead}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
