"""How long, how much, how often and by which way the client asks."""

import time
import tracemalloc
from pathlib import Path

import pytest
from pytest_django import Settings

from api_keys.contract import Answer, Cause, Verdict
from tests.api_keys.store_configuration.asking import UNAVAILABLE, ask
from tests.api_keys.store_configuration.certificates import self_signed
from tests.api_keys.store_configuration.faulty_service import (
    Behaviour,
    FaultyService,
    answering,
    breaks_off_the_body,
    drips_body,
    drips_headers,
    hangs_up,
    hangs_up_late,
    never_answers,
    redirects_with_a_gibibyte,
    saying,
    sends_a_gibibyte,
    sends_a_negative_chunk,
    sends_headers_that_take_long_to_read,
    speaks_no_http,
    unconnectable_url,
)

pytestmark = pytest.mark.usefixtures("_short_limits")


def test_slow_answer_over_tls_is_unavailable_in_time(settings: Settings, tmp_path: Path) -> None:
    tls, certificate = self_signed(tmp_path)
    settings.KEY_VALIDATION_CA_BUNDLE = str(certificate)

    with FaultyService(drips_body, tls=tls) as service:
        answer = ask(settings, service.url)

    assert answer == Answer(Verdict.UNAVAILABLE, cause=Cause.TIME_OUT, detail="time-out")


def test_connection_that_broke_before_an_answer_is_tried_once_more(settings: Settings) -> None:
    with FaultyService(hangs_up, answering("200 OK")) as service:
        answer = ask(settings, service.url)

    assert answer == Answer(Verdict.VALID)
    assert len(service.requests) == 2


@pytest.mark.parametrize(
    ("behaviour", "calls"),
    [
        (hangs_up, 2),
        (never_answers, 1),
        (breaks_off_the_body, 1),
        (saying(b"HTTP/1.1 200 OK\r\n"), 1),
        (speaks_no_http, 1),
        (answering("503 Busy"), 1),
    ],
)
def test_nothing_is_tried_more_often_than_that(
    settings: Settings, behaviour: Behaviour, calls: int
) -> None:
    with FaultyService(behaviour) as service:
        ask(settings, service.url)

    assert len(service.requests) == calls


def test_proxy_of_the_environment_is_used(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultyService(answering("200 OK")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        answer = ask(settings, "http://service.example")

    assert answer == Answer(Verdict.VALID)
    assert proxy.requests[0].startswith(b"GET http://service.example/gateway/apikeycheck")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_key_for_this_machine_goes_to_no_proxy(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    with FaultyService(answering("200 OK")) as proxy, FaultyService(answering("200 OK")) as service:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        ask(settings, service.url.replace("127.0.0.1", host))

    assert (len(service.requests), proxy.requests) == (1, [])


def test_no_answer_is_kept_in_memory_beyond_its_limit(settings: Settings) -> None:
    tracemalloc.start()
    for behaviour in (sends_a_gibibyte, redirects_with_a_gibibyte, sends_a_negative_chunk):
        with FaultyService(behaviour) as service:
            ask(settings, service.url)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 20 * 2**20  # the services' own buffers included; it was hundreds of MiB


@pytest.mark.parametrize(("size", "verdict"), [(65_536, Verdict.VALID), (65_537, UNAVAILABLE)])
def test_body_of_64_kib_is_read_and_no_more(
    settings: Settings, size: int, verdict: Verdict
) -> None:
    with FaultyService(answering("200 OK", "", b"x" * size)) as service:
        answer = ask(settings, service.url)

    assert answer.verdict is verdict


@pytest.mark.parametrize(("size", "verdict"), [(65_000, Verdict.VALID), (66_000, UNAVAILABLE)])
def test_head_of_64_kib_is_read_and_no_more(
    settings: Settings, size: int, verdict: Verdict
) -> None:
    headers = "".join(f"X-More: {'x' * 990}\r\n" for _kilobyte in range(size // 1000))

    with FaultyService(answering("200 OK", headers)) as service:
        answer = ask(settings, service.url)

    assert answer.verdict is verdict


def test_headers_that_were_read_in_time_take_no_more_to_understand(settings: Settings) -> None:
    settings.KEY_VALIDATION_TIMEOUT = 2
    started = time.monotonic()

    with FaultyService(sends_headers_that_take_long_to_read) as service:
        answer = ask(settings, service.url)

    assert answer.verdict is UNAVAILABLE
    assert time.monotonic() - started < 3


def test_connecting_has_a_limit_of_its_own(settings: Settings) -> None:
    settings.KEY_VALIDATION_TIMEOUT = 20
    settings.KEY_VALIDATION_CONNECT_TIMEOUT = 0.2
    started = time.monotonic()

    with unconnectable_url() as url:
        answer = ask(settings, url)

    assert answer == Answer(UNAVAILABLE, cause=Cause.TIME_OUT, detail="time-out while connecting")
    assert time.monotonic() - started < 10


def test_second_try_gets_only_the_time_that_is_left(settings: Settings) -> None:
    settings.KEY_VALIDATION_TIMEOUT = 2
    started = time.monotonic()

    with FaultyService(hangs_up_late, never_answers) as service:
        answer = ask(settings, service.url)

    assert answer == Answer(UNAVAILABLE, cause=Cause.TIME_OUT, detail="time-out")
    assert time.monotonic() - started < 3


def test_slow_answer_through_a_proxy_is_unavailable_in_time(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultyService(drips_headers) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        answer = ask(settings, "http://service.example")

    assert answer == Answer(UNAVAILABLE, cause=Cause.TIME_OUT, detail="time-out")
