"""Which issued keys count as expiring."""

from datetime import UTC, datetime, timedelta

import time_machine
from pytest_django import DjangoAssertNumQueries

from api_keys.commerce_account.metrics import count_expiring_keys
from api_keys.commerce_account.models import Company
from api_keys.contract import Environment
from tests.api_keys.commerce_account.conftest import delete, new_key

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@time_machine.travel(NOW, tick=False)
def test_working_keys_are_counted_by_the_days_that_are_left(
    company: Company, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number, days in enumerate((0.5, 1, 6, 29, 31)):
        new_key(company, f"{number}", expires_at=NOW + timedelta(days=days))
    in_a_week = NOW + timedelta(days=7)
    new_key(company, "test", environment=Environment.SANDBOX, expires_at=in_a_week)
    deleted, _key = new_key(company, "deleted", expires_at=NOW + timedelta(days=6))
    delete(deleted)
    new_key(company, "for ever")

    with django_assert_num_queries(1):
        counted = count_expiring_keys(NOW)

    assert counted == {
        ("production", 30): 4,
        ("production", 7): 3,
        ("production", 1): 2,
        ("sandbox", 30): 1,
        ("sandbox", 7): 1,
        ("sandbox", 1): 0,
    }
    assert count_expiring_keys(NOW + timedelta(days=2))["production", 30] == 3
