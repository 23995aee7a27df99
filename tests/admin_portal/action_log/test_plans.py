"""No page of the report reads all rows: an index answers each filter and each order."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from admin_portal import paging
from admin_portal.action_log.models import ActionRecord
from admin_portal.action_log.search import ORDERS, records_chosen
from tests.admin_portal.action_log.records import add

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

FILTERS: list[dict[str, Any]] = [
    {"group": "sign_in"},
    {"action": "sign_in.signed_in"},
    {"result": "success"},
    {"user_name": "ada"},
    {"address": "192.0.2.7"},
    {"since": date(2026, 11, 20), "until": date(2026, 11, 20)},
]
CASES = [
    *(({}, order) for order in ORDERS.values()),
    *((chosen, ORDERS[sort]) for chosen in FILTERS for sort in ("newest", "oldest")),
]


@pytest.fixture
def plans(db: None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The plans of all queries for rows, beside a log of many."""
    for name in ("eve", "ada", "bob"):
        add(500, user_name=name, group=name, action=name, result=name, address=name)
    add(500)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE action_log_actionrecord")
    seen: list[str] = []
    first = paging._first

    def explained(rows: QuerySet[Any], found: int = 0) -> list[Any]:
        seen.append(rows[: paging.ROWS_ON_A_PAGE + 1].explain())
        return first(rows, found)

    monkeypatch.setattr(paging, "_first", explained)
    return seen


def test_each_page_is_found_by_an_index(plans: list[str]) -> None:
    for chosen, order in CASES:
        for place in (None, "700", "1999"):
            paging.page_of(
                records_chosen(chosen),
                order,
                places=ActionRecord.objects.all(),
                following=place,
                leading_to=None,
            )

    assert len(plans) >= 3 * len(CASES)
    for plan in plans:
        assert "records_by" in plan or "PRIMARY KEY" in plan or "_pkey" in plan, plan
        assert "Seq Scan" not in plan
        assert "TEMP B-TREE FOR ORDER" not in plan
