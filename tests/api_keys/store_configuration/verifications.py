"""The log of key verifications, as its page and its file show it."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client

from api_keys.store_configuration.models import VerificationRecord

URL = "/system/action-logs/key-verifications/"
CSV_URL = "/system/action-logs/key-verifications.csv"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def add(number: int = 1, **values: Any) -> None:
    """Add rows a minute apart, the first the oldest, which took 0, 1, 2 … milliseconds."""
    first = VerificationRecord.objects.count()
    VerificationRecord.objects.bulk_create(
        VerificationRecord(
            **{
                "once": str(first + index),
                "environment": "production",
                "verdict": "valid",
                "occasion": "job",
                "started_at": NOON + timedelta(minutes=index),
                "last_at": NOON + timedelta(minutes=index),
                "times": 1,
                "total_milliseconds": index,
                "slowest_milliseconds": index,
                **values,
            }
        )
        for index in range(number)
    )


def rows(page: str) -> list[str]:
    """Return what stands in each row of the table, the first first."""
    found = re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2], re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


def download(client: Client, **query: str) -> list[list[str]]:
    answer: Any = client.get(CSV_URL, query)
    return list(csv.reader(io.StringIO(answer.getvalue().decode()[1:], newline="")))
