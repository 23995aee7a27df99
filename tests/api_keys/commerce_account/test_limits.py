"""How often the key-validation service may be asked: per key, per address, per failed attempt."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from admin_portal.networks import network_of
from api_keys.commerce_account import counters, limits
from api_keys.commerce_account.counters import MemoryCounters
from api_keys.commerce_account.models import Company, IssuedKey
from tests.api_keys.commerce_account.checks import PRODUCTION, SANDBOX, problem_of
from tests.api_keys.commerce_account.conftest import new_key
from tests.concurrency import at_once

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ELSEWHERE = "192.0.2.7"


@pytest.fixture(autouse=True)
def _small_limits(settings: Settings) -> None:
    settings.LIMIT_PER_KEY = 3
    settings.LIMIT_PER_ADDRESS = 20
    settings.LIMIT_FAILED_ATTEMPTS = 2


class Clock:
    """Stands for the clock of the limits, which goes only as it is told."""

    seconds = 1000.0

    def now(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(counters, "now", clock.now)
    return clock


def statuses(
    client: Client, key: str, times: int, *, path: str = PRODUCTION, address: str = "127.0.0.1"
) -> list[int]:
    return [
        client.get(path, headers={"x-api-key": key}, REMOTE_ADDR=address).status_code
        for _ in range(times)
    ]


def test_key_asked_about_too_often_waits(
    client: Client, issued: tuple[IssuedKey, str], clock: Clock
) -> None:
    assert statuses(client, issued[1], 3) == [200, 200, 200]

    clock.seconds += 18
    response = client.get(PRODUCTION, headers={"x-api-key": issued[1]})

    assert (response.status_code, problem_of(response)) == (429, "too-many-requests")
    assert response["Retry-After"] == "42"
    assert response["RateLimit"] == '"key";r=0;t=42'


def test_key_works_again_after_the_seconds_it_was_told(
    client: Client, issued: tuple[IssuedKey, str], clock: Clock
) -> None:
    assert statuses(client, issued[1], 4)[-1] == 429

    clock.seconds += 60
    assert statuses(client, issued[1], 1) == [200]


def test_limits_do_not_go_by_a_clock_that_is_set(
    client: Client, issued: tuple[IssuedKey, str]
) -> None:
    with time_machine.travel(NOW, tick=False):
        assert statuses(client, issued[1], 4)[-1] == 429

    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert statuses(client, issued[1], 1) == [429]


def test_answers_say_what_is_left(client: Client, issued: tuple[IssuedKey, str]) -> None:
    def rate_limit(key: str, path: str = PRODUCTION) -> str:
        headers = {"x-api-key": key} if key else {}
        response = client.get(path, headers=headers)
        assert response["RateLimit-Policy"] == (
            '"key";q=3;w=60, "address";q=20;w=60, "failed-attempts";q=2;w=60'
        )
        return f"{response.status_code} {response['RateLimit']}"

    with time_machine.travel(NOW, tick=False):
        told = [
            rate_limit(issued[1]),
            rate_limit(issued[1], SANDBOX),
            rate_limit("unknown"),
            rate_limit(""),
        ]

    assert told == [
        '200 "key";r=2;t=60',
        '403 "key";r=1;t=60',
        '401 "failed-attempts";r=1;t=60',
        '401 "failed-attempts";r=0;t=60',
    ]


def test_storm_of_one_key_leaves_its_neighbours_alone(
    client: Client, company: Company, issued: tuple[IssuedKey, str]
) -> None:
    _row, neighbour = new_key(company, "neighbour")

    storm = statuses(client, issued[1], 100)
    beside = statuses(client, neighbour, 3)

    assert storm.count(200) == 3
    assert storm.count(429) == 97
    assert beside == [200, 200, 200]


def test_storm_of_one_key_is_refused_without_the_database(
    client: Client,
    issued: tuple[IssuedKey, str],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    statuses(client, issued[1], 3)

    with django_assert_num_queries(0):
        assert statuses(client, issued[1], 10) == [429] * 10


def test_address_that_asks_too_often_waits_whatever_it_sends(
    client: Client, settings: Settings, issued: tuple[IssuedKey, str]
) -> None:
    settings.LIMIT_PER_ADDRESS = 2
    assert statuses(client, "", 2) == [401, 401]

    response = client.get(PRODUCTION, headers={"x-api-key": issued[1]})

    assert (response.status_code, problem_of(response)) == (429, "too-many-requests")
    assert response["RateLimit"].startswith('"address";r=0;t=')
    assert statuses(client, issued[1], 1, address=ELSEWHERE) == [200]


def test_address_that_asks_too_often_is_refused_without_the_database(
    client: Client,
    settings: Settings,
    issued: tuple[IssuedKey, str],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    settings.LIMIT_PER_ADDRESS = 1
    statuses(client, issued[1], 1)

    with django_assert_num_queries(0):
        assert statuses(client, "unknown", 1) == [429]


def test_guesser_is_slowed_down(client: Client, db: None) -> None:
    guesses = [statuses(client, f"guess {number}", 1)[0] for number in range(4)]

    assert guesses == [401, 401, 429, 429]
    assert statuses(client, "a guess", 1, address=ELSEWHERE) == [401]


def test_good_key_is_never_refused_for_the_guesses_of_others(
    client: Client, issued: tuple[IssuedKey, str]
) -> None:
    assert statuses(client, "unknown", 5)[-1] == 429

    assert statuses(client, issued[1], 1) == [200]


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", 429),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", 401),
        ("192.0.2.1", "192.0.2.2", 401),
    ],
)
def test_network_of_64_bits_counts_as_one_address(
    client: Client, db: None, first: str, second: str, status: int
) -> None:
    statuses(client, "unknown", 2, address=first)

    assert statuses(client, "unknown", 1, address=second) == [status]


def test_limit_of_0_is_none(
    client: Client, settings: Settings, issued: tuple[IssuedKey, str]
) -> None:
    settings.LIMIT_PER_KEY = settings.LIMIT_PER_ADDRESS = settings.LIMIT_FAILED_ATTEMPTS = 0

    response = client.get(PRODUCTION, headers={"x-api-key": issued[1]})

    assert statuses(client, issued[1], 30) == [200] * 30
    assert statuses(client, "unknown", 30) == [401] * 30
    assert "RateLimit" not in response
    assert "RateLimit-Policy" not in response


def test_counters_that_do_not_answer_leave_each_process_to_count_and_are_logged_once(
    client: Client,
    settings: Settings,
    issued: tuple[IssuedKey, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    limits._outage.forget()
    settings.LIMITS_URL = "redis://127.0.0.1:1/0"

    with caplog.at_level(logging.ERROR):
        answered = statuses(client, issued[1], 5)

    assert answered == [200, 200, 200, 429, 429]
    assert [record.name for record in caplog.records].count(limits.__name__) == 1
    limits._outage.forget()


def test_windows_that_ended_are_not_kept(clock: Clock) -> None:
    began, kept = clock.seconds, MemoryCounters()
    kept.add([str(number) for number in range(50)])
    clock.seconds = began + 59
    assert kept.add(["7"])[0].number == 2
    kept.add(["young"])

    clock.seconds = began + 61
    assert kept.add(["7", "young"]) == [(1, began + 121), (2, began + 119)]
    clock.seconds = began + 122
    assert kept.add(["8"])[0].number == 1

    assert len(kept) == 3


def test_calls_at_once_are_all_counted() -> None:
    kept = MemoryCounters()

    counted = at_once(lambda _index: [kept.add(["one"])[0].number for _ in range(500)], 4)

    assert sorted(number for numbers in counted for number in numbers) == [*range(1, 2001)]


def test_neighbour_s_guesses_and_empty_calls_refuse_no_good_key(
    client: Client, issued: tuple[IssuedKey, str]
) -> None:
    with time_machine.travel(NOW, tick=False):
        guesses = statuses(client, "guess", 50) + statuses(client, "", 50)
        good = statuses(client, issued[1], 1)

    assert set(guesses) == {401, 429}
    assert good == [200]


def test_callers_of_ipv4_on_a_socket_for_both_are_told_apart() -> None:
    networks = {network_of(f"::ffff:198.51.100.{number}") for number in (1, 2)}

    assert networks == {"198.51.100.1", "198.51.100.2"}
    assert network_of("2001:db8::1") == network_of("2001:db8::2")


@pytest.mark.parametrize("scheme", ["redis", "valkey"])
def test_counters_in_valkey_are_those_of_all_workers(
    client: Client,
    issued: tuple[IssuedKey, str],
    settings: Settings,
    valkey_url: str,
    scheme: str,
) -> None:
    settings.LIMITS_URL = valkey_url.replace("redis:", f"{scheme}:", 1)

    own = statuses(client, issued[1], 2)
    limits.forget()
    limits._server.cache_clear()
    another_worker_s = statuses(client, issued[1], 2)

    assert (own, another_worker_s) == ([200, 200], [200, 429])
