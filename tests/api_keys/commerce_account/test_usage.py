"""Which keys are used, by whom and how often: counted in memory, written down now and then."""

import logging
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from admin_portal.actors import NOBODY
from api_keys.commerce_account import usage
from api_keys.commerce_account.issuing import read_key, roll_key
from api_keys.commerce_account.models import Company, IssuedKey, KeyUsage
from api_keys.contract import Environment
from tests.api_keys.commerce_account.checks import PRODUCTION, SANDBOX
from tests.api_keys.commerce_account.conftest import delete, new_key

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def use(
    key: str,
    times: int = 1,
    *,
    address: str = "192.0.2.1",
    client: str = "shop/1.0",
    path: str = PRODUCTION,
) -> int:
    """Send a key, and return the last answer's status."""
    headers = {"x-api-key": key, "user-agent": client}
    for _ in range(times):
        response = Client().get(path, headers=headers, REMOTE_ADDR=address)
    return response.status_code


def written() -> list[tuple[date, str, str, int]]:
    rows = KeyUsage.objects.order_by("day", "address", "client")
    return list(rows.values_list("day", "address", "client", "calls"))


def test_calls_are_written_by_day_address_and_client(issued: tuple[IssuedKey, str]) -> None:
    with time_machine.travel(NOW, tick=False):
        use(issued[1], 3)
        use(issued[1], client="other/2")
        use(issued[1], address="2001:db8::1")
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        use(issued[1], 2)

    usage.flush()

    assert written() == [
        (date(2026, 11, 23), "192.0.2.1", "other/2", 1),
        (date(2026, 11, 23), "192.0.2.1", "shop/1.0", 3),
        (date(2026, 11, 23), "2001:db8::1", "shop/1.0", 1),
        (date(2026, 11, 24), "192.0.2.1", "shop/1.0", 2),
    ]


def test_calls_add_up_over_several_writings(issued: tuple[IssuedKey, str]) -> None:
    with time_machine.travel(NOW, tick=False):
        for _ in range(3):
            use(issued[1], 2)
            usage.flush()
        usage.flush()

    assert written() == [(date(2026, 11, 23), "192.0.2.1", "shop/1.0", 6)]


def test_last_use_is_the_key_s_own(company: Company, issued: tuple[IssuedKey, str]) -> None:
    unused, _key = new_key(company, "unused")
    with time_machine.travel(NOW, tick=False):
        use(issued[1])
    with time_machine.travel(NOW + timedelta(seconds=5), tick=False):
        use(issued[1], address="192.0.2.9", client="last/9")

    usage.flush()

    issued[0].refresh_from_db()
    unused.refresh_from_db()
    assert issued[0].last_used_at == NOW + timedelta(seconds=5)
    assert (issued[0].last_used_address, issued[0].last_used_client) == ("192.0.2.9", "last/9")
    assert unused.last_used_at is None


def test_keys_that_are_no_longer_good_count_too(company: Company) -> None:
    deleted, deleted_key = new_key(company, "deleted")
    delete(deleted)
    _row, expired_key = new_key(company, "expired", expires_at=NOW)
    _row, sandbox_key = new_key(company, "test", environment=Environment.SANDBOX)

    with time_machine.travel(NOW, tick=False):
        answers = [use(deleted_key), use(expired_key), use(sandbox_key), use("unknown")]
        usage.flush()

    assert answers == [401, 401, 403, 401]
    assert sum(calls for _day, _address, _client, calls in written()) == 3
    assert not IssuedKey.objects.exclude(first_used_at=None).exists()


def test_call_writes_nothing_but_the_first_of_a_key(
    issued: tuple[IssuedKey, str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    use(issued[1])

    with django_assert_num_queries(5):
        use(issued[1], 5)

    issued[0].refresh_from_db()
    assert issued[0].first_used_at is not None
    assert issued[0].last_used_at == issued[0].first_used_at


def test_first_use_of_a_successor_ends_a_roll_that_waits_for_it(
    company: Company, issued: tuple[IssuedKey, str]
) -> None:
    with time_machine.travel(NOW, tick=False):
        successor = roll_key(issued[0], by=NOBODY, expires_at=None, overlap=None)
        key = read_key(successor)
        in_the_wrong_place = use(key, path=SANDBOX)
        issued[0].refresh_from_db()
        before = issued[0].retires_at
        use(key)

    issued[0].refresh_from_db()
    assert in_the_wrong_place == 403
    assert before == NOW + timedelta(days=30)
    assert issued[0].retires_at == NOW + timedelta(seconds=60)


def test_first_use_that_can_not_be_written_changes_no_verdict_and_is_written_later(
    issued: tuple[IssuedKey, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_pk: int, _now: datetime) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as broken, time_machine.travel(NOW, tick=False):
        broken.setattr("api_keys.commerce_account.issuing.note_first_use", fail)
        statuses = [use(issued[1]), use(issued[1])]
    usage.flush()

    issued[0].refresh_from_db()
    assert statuses == [200, 200]
    assert issued[0].first_used_at == NOW
    assert "The first use of a key could not be written" in caplog.text


def test_clients_beyond_20_a_day_are_counted_together(issued: tuple[IssuedKey, str]) -> None:
    with time_machine.travel(NOW, tick=False):
        for number in range(15):
            use(issued[1], client=f"client/{number:02}")
        usage.flush()
        for number in range(10, 30):
            use(issued[1], client=f"client/{number:02}")
        usage.flush()

    rows = [(client, calls) for _day, _address, client, calls in written()]
    assert rows[0] == ("", 10)
    assert [client for client, _calls in rows[1:]] == [f"client/{n:02}" for n in range(20)]
    assert sum(calls for _client, calls in rows) == 35


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("shop\x00/1\r\n\x1b[31m", "shop/1[31m"),
        ("x" * 10_000, None),
        ("c" * 300, "c" * 200),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("", ""),
    ],
)
def test_client_s_name_is_kept_without_what_would_garble_a_page(
    issued: tuple[IssuedKey, str], sent: str, kept: str | None
) -> None:
    use(issued[1], client=sent)

    usage.flush()

    assert [row[2] for row in written()] == ([kept] if kept is not None else [])


def test_writing_that_fails_keeps_the_counts_for_the_next(
    issued: tuple[IssuedKey, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_counted: object) -> None:
        raise OperationalError("database is locked")

    use(issued[1], 2)
    with monkeypatch.context() as broken, caplog.at_level(logging.ERROR):
        broken.setattr(usage, "write", fail)
        usage.flush()
        use(issued[1], 3)
    assert written() == []

    usage.flush()

    assert [row[3] for row in written()] == [5]
    assert "kept for the next time" in caplog.text


def test_uses_are_written_in_the_background(
    issued: tuple[IssuedKey, str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.USAGE_FLUSH_SECONDS = 0.01
    flushed = threading.Event()
    monkeypatch.setattr(usage, "flush", flushed.set)

    stopped = usage.write_in_background()

    assert flushed.wait(timeout=30)
    stopped.set()


def test_key_in_a_client_s_name_is_not_kept(issued: tuple[IssuedKey, str]) -> None:
    use(issued[1], client=f"shop ({issued[1]})")

    usage.flush()

    assert [row[2] for row in written()] == ["shop ([key])"]


def test_use_written_late_does_not_go_back_in_time(issued: tuple[IssuedKey, str]) -> None:
    for instant in (NOW, NOW - timedelta(hours=1)):
        with time_machine.travel(instant, tick=False):
            use(issued[1], client=f"at {instant.hour}")
        usage.flush()

    issued[0].refresh_from_db()
    assert (issued[0].last_used_at, issued[0].last_used_client) == (NOW, "at 12")
