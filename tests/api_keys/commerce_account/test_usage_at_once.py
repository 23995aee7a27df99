"""Uses of keys that many write at the same time."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction
from django.db.models import Sum
from django.test import Client

from api_keys.commerce_account import usage
from api_keys.commerce_account.models import Company, IssuedKey, KeyUsage
from api_keys.contract import Verdict
from tests.api_keys.commerce_account.checks import PRODUCTION
from tests.api_keys.commerce_account.conftest import new_key
from tests.api_keys.commerce_account.test_usage import NOW, use, written
from tests.concurrency import at_once


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_write_at_once_add_up(company: Company) -> None:
    keys = [new_key(company, f"key {number}")[0] for number in range(5)]

    def write_as_one_process_of_many(number: int) -> None:
        for _round in range(5):
            counted: usage._Counted = {}
            for key in keys if number % 2 else reversed(keys):
                day = counted[key.pk, NOW.date()] = usage._Day({}, NOW, usage.OTHER)
                for client in range(3):
                    day.add(("192.0.2.1", f"client/{client}"), usage._Use(1, NOW))
            usage.write(counted)

    at_once(write_as_one_process_of_many, 4)

    assert {row[3] for row in written()} == {20}
    assert KeyUsage.objects.count() == 15


@pytest.mark.django_db(transaction=True)
def test_calls_at_once_are_all_counted(issued: tuple[IssuedKey, str]) -> None:
    request = Client().get(PRODUCTION, headers={"user-agent": "x"}).wsgi_request

    def call_often(_thread: int) -> None:
        for _ in range(500):
            usage.count(issued[0], Verdict.EXPIRED, request.META, NOW)

    at_once(call_often, 4)
    usage.flush()

    assert [row[3] for row in written()] == [2000]


@pytest.mark.django_db(transaction=True)
def test_first_use_does_not_wait_for_a_locked_database(issued: tuple[IssuedKey, str]) -> None:
    held, may_end = threading.Event(), threading.Event()

    def hold_the_key(_thread: int) -> None:
        with transaction.atomic():
            IssuedKey.objects.filter(pk=issued[0].pk).update(description="held")
            held.set()
            may_end.wait(timeout=30)

    with ThreadPoolExecutor(1) as holder:
        holding = holder.submit(at_once, hold_the_key, 1)
        assert held.wait(timeout=30)
        start = time.monotonic()
        status = use(issued[1])
        waited = time.monotonic() - start
        may_end.set()
        holding.result(timeout=30)
    usage.flush()

    assert status == 200
    assert waited < 5  # SQLite's own patience is ten seconds, PostgreSQL's has no end
    issued[0].refresh_from_db()
    assert issued[0].first_used_at is not None


@pytest.mark.django_db(transaction=True)
def test_processes_that_write_many_keys_of_many_companies_never_wait_in_a_circle(
    company: Company,
) -> None:
    others = [Company.objects.create(name=f"company {number}") for number in range(3)]
    IssuedKey.objects.bulk_create(
        IssuedKey(
            company=[company, *others][number % 4],
            environment="production",
            description=f"{number}",
            digest=f"{number:064}",
            ciphertext="",
            fingerprint="",
            last_four="",
        )
        for number in range(900)
    )
    pks = list(IssuedKey.objects.order_by("pk").values_list("pk", flat=True))

    def write_as_a_process(number: int) -> None:
        counted: usage._Counted = {}
        for pk in pks if number % 2 else reversed(pks):
            day = counted[pk, NOW.date()] = usage._Day({}, NOW, usage.OTHER)
            day.add(("192.0.2.1", "client"), usage._Use(1, NOW))
        usage.write(counted)
        assert counted == {}

    at_once(write_as_a_process, 3)

    assert KeyUsage.objects.aggregate(Sum("calls"))["calls__sum"] == 2700
