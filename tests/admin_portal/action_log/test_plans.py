"""No page of the report reads all rows: an index answers each filter in each order.

Where none does, few rows are sorted, found by their numbers. How many those are is bounded.
"""

from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from admin_portal.action_log import search
from admin_portal.action_log.models import ActionRecord
from admin_portal.action_log.search import ORDERS, ReportForm, records_for_file, report_page
from tests.admin_portal.action_log.records import add

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

FILTERS: list[dict[str, str]] = [
    {},
    # 500 rows each
    {"group": "sign_in"},
    {"action": "sign_in.signed_in"},
    {"result": "success"},
    {"user_name": "ada"},
    {"address": "192.0.2.7"},
    {"since": "2026-11-20"},
    # 40
    {"group": "roles"},
    {"action": "roles.changed"},
    {"result": "failure"},
    {"user_name": "few"},
    {"address": "f"},
    # none
    {"group": "exports"},
    {"until": "2026-11-19"},
]
PLACES = ("", "700", "1999")


@pytest.fixture
def _many(db: None) -> None:
    for name in ("eve", "ada", "bob"):
        add(500, user_name=name, group=name, action=name, result=name, address=name)
    add(500)
    add(40, group="roles", action="roles.changed", result="failure", user_name="few", address="f")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE action_log_actionrecord")


def plans(chosen: dict[str, str], place: str) -> list[str]:
    """Return the plans of all queries for one page but those of rows whose numbers are known."""
    form = ReportForm(chosen)
    assert form.is_valid()
    with CaptureQueriesContext(connection) as seen:
        report_page(form, following=place)
    with connection.cursor() as cursor:
        return [explained(cursor, query["sql"]) for query in seen if "IN (" not in query["sql"]]


def explained(cursor: Any, query: str) -> str:
    how = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    cursor.execute(how + query.replace("%", "%%"))
    return "\n".join(str(row) for row in cursor.fetchall())


@pytest.mark.usefixtures("_many")
def test_each_page_is_found_by_an_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_SORTED", 100)

    for chosen, sort, place in product(FILTERS, ORDERS, PLACES):
        for plan in plans({**chosen, "sort": sort}, place):
            assert any(name in plan for name in ("records_by", "autoindex", "_pkey")), plan
            assert "Seq Scan" not in plan, plan
            assert "TEMP B-TREE FOR ORDER" not in plan, plan


@pytest.mark.usefixtures("_many")
@pytest.mark.parametrize("sort", ["user", "action", "address"])
def test_no_more_rows_are_sorted_than_a_bound(monkeypatch: pytest.MonkeyPatch, sort: str) -> None:
    monkeypatch.setattr(search, "MOST_SORTED", 499)
    form = ReportForm({"result": "success", "sort": sort})
    assert form.is_valid()

    file = records_for_file(form)
    page = report_page(form)

    newest = ActionRecord.objects.filter(result="success").order_by("-at")
    assert page.rows == list(newest[:25])
    assert list(file) == list(newest)
    assert form.errors["sort"] == [search.TOO_MANY]


@pytest.mark.usefixtures("_many")
def test_rows_of_one_user_are_not_sorted_by_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_SORTED", 100)
    form = ReportForm({"user_name": "ada", "sort": "user"})
    assert form.is_valid()

    page = report_page(form)

    assert page.rows == list(ActionRecord.objects.filter(user_name="ada").order_by("at")[:25])
    assert not form.errors
