"""What the pages of the Action Log's report cost at a million rows, and its verification.

    python -m benchmarks.action_log [rows]

Each page's queries are timed in process, on SQLite and on PostgreSQL; the median of five.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
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
    "user, few": {"user_name": "user 7"},
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
    fill(rows)
    for line in pages(rows):
        print(line, flush=True)
    start = time.perf_counter()
    call_command("verify_action_log")
    print(f"verify_action_log: {time.perf_counter() - start:.1f} s", flush=True)


def fill(rows: int) -> None:
    from django.db import connection

    from admin_portal.action_log import chain
    from admin_portal.action_log.models import ActionRecord, ChainHead

    key, head = chain.key_for(1), ChainHead(pk=1)
    made = []
    for number in range(1, rows + 1):
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
        made.append(row)
        if len(made) == 5000 or number == rows:
            ActionRecord.objects.bulk_create(made)
            made = []
    head.seal = chain.head_seal(head, key)
    head.save()
    if connection.vendor == "postgresql":
        connection.cursor().execute("ANALYZE")


def pages(rows: int) -> Iterator[str]:
    from admin_portal.action_log.models import ActionRecord
    from admin_portal.action_log.search import ORDERS, records_chosen
    from admin_portal.paging import page_of

    places = {"first": "", "middle": str(rows // 2), "last": str(rows)}
    for name, chosen in FILTERS.items():
        for sort, order in ORDERS.items():
            took = {}
            for place, pk in places.items():
                times = []
                for _again in range(5):
                    start = time.perf_counter()
                    page_of(
                        records_chosen(chosen),
                        order,
                        places=ActionRecord.objects.all(),
                        following=pk,
                        leading_to=None,
                    )
                    times.append(time.perf_counter() - start)
                took[place] = 1000 * median(times)
            shown = ", ".join(f"{place} {value:.1f}" for place, value in took.items())
            yield f"{name:<22} {sort:<8} {shown} ms"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
