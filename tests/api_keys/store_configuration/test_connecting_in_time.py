"""Connecting has a time limit: the look-up, all addresses, tunnels and TLS together."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from pathlib import Path

import pytest
from pytest_django import Settings

from api_keys.contract import Answer, Cause, Verdict
from tests.api_keys.store_configuration.asking import KEY, LIMIT, UNAVAILABLE, ask
from tests.api_keys.store_configuration.certificates import self_signed
from tests.api_keys.store_configuration.faulty_service import (
    Behaviour,
    FaultyService,
    answering,
    drips_a_handshake,
    never_answers,
    tunnels_late_and_never_answers,
    tunnels_late_to_a_drip,
    tunnels_to_a_drip,
    unconnectable_url,
)
from tests.api_keys.store_configuration.names import Names

pytestmark = pytest.mark.usefixtures("_short_limits")

NAME = "keys.example"
FORBIDDEN = Answer(UNAVAILABLE, cause=Cause.FORBIDDEN_ADDRESS, detail="a forbidden address")
TOO_SLOW_TO_CONNECT = Answer(UNAVAILABLE, cause=Cause.TIME_OUT, detail="time-out while connecting")
OK = answering("200 OK")


def test_resolver_that_hangs_costs_the_time_limit_and_one_thread(
    settings: Settings, names: Names
) -> None:
    over = threading.Event()

    def hang() -> list[str]:
        over.wait()
        return []

    names.lead("slow.example", hang)
    started = time.monotonic()

    with ThreadPoolExecutor(4) as visitors:
        answers = list(visitors.map(lambda _: ask(settings, "https://slow.example"), range(8)))
    elapsed = time.monotonic() - started
    threads = [thread for thread in threading.enumerate() if thread.name == "look-up"]
    over.set()
    for thread in threads:
        thread.join()

    assert answers == [TOO_SLOW_TO_CONNECT] * 8
    assert elapsed < 2 * LIMIT + 5
    assert len(threads) == 1
    assert names.looked_up == ["slow.example"]


def test_look_up_without_a_thread_to_do_it_is_unavailable(
    settings: Settings, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    names.lead(NAME, lambda: ["8.8.8.8"])
    monkeypatch.setattr(threading.Thread, "start", refuse)

    answer = ask(settings, f"https://{NAME}")

    assert answer == Answer(UNAVAILABLE, cause=Cause.NO_CONNECTION, detail="no connection")


@pytest.mark.usefixtures("_loopback_allowed")
def test_dead_addresses_share_the_time_to_connect(settings: Settings, names: Names) -> None:
    names.lead(NAME, ["127.0.0.1"] * 20)
    settings.KEY_VALIDATION_TIMEOUT = 30
    started = time.monotonic()

    with unconnectable_url() as url:
        answer = ask(settings, url.replace("127.0.0.1", NAME))

    assert answer == TOO_SLOW_TO_CONNECT
    assert time.monotonic() - started < LIMIT + 5


@pytest.mark.usefixtures("_loopback_allowed")
def test_dead_address_leaves_time_for_the_next(settings: Settings, names: Names) -> None:
    names.lead(NAME, ["127.0.0.1", "::1"])
    settings.KEY_VALIDATION_TIMEOUT = settings.KEY_VALIDATION_CONNECT_TIMEOUT = 4

    with unconnectable_url() as url:
        port = int(url.split(":")[-1])
        with FaultyService(OK, address=("::1", port)):
            answer = ask(settings, url.replace("127.0.0.1", NAME))

    assert answer == Answer(Verdict.VALID)


@pytest.mark.parametrize("greeting", [never_answers, drips_a_handshake])
def test_handshake_that_does_not_end_is_unavailable_in_time(
    settings: Settings, greeting: Behaviour
) -> None:
    started = time.monotonic()

    with FaultyService(OK, greeting=greeting) as service:
        answer = ask(settings, service.url.replace("http:", "https:"))
        elapsed = time.monotonic() - started

    assert answer.verdict is UNAVAILABLE
    assert elapsed < LIMIT + 5


@pytest.mark.usefixtures("_http_proxy")
@pytest.mark.parametrize("behaviour", [never_answers, tunnels_to_a_drip])
@pytest.mark.parametrize("is_secure", [False, True])
def test_tunnel_that_does_not_come_about_is_unavailable_in_time(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    behaviour: Behaviour,
    is_secure: bool,
) -> None:
    tls, certificate = self_signed(tmp_path)
    settings.KEY_VALIDATION_CA_BUNDLE = str(certificate)
    started = time.monotonic()

    with FaultyService(behaviour, tls=tls if is_secure else None) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        answer = ask(settings, f"https://{NAME}")
        elapsed = time.monotonic() - started

    assert answer.verdict is UNAVAILABLE
    assert proxy.requests[0].startswith(b"CONNECT keys.example:443 ")
    assert KEY.encode() not in proxy.requests[0]
    assert elapsed < LIMIT + 5


def test_slow_look_up_leaves_less_time_for_the_handshake(settings: Settings, names: Names) -> None:
    settings.KEY_VALIDATION_TIMEOUT = settings.KEY_VALIDATION_CONNECT_TIMEOUT = 2
    settings.KEY_VALIDATION_ALLOWED_NETWORKS = [ip_network("127.0.0.1")]
    late = threading.Event()
    names.lead(NAME, lambda: ["127.0.0.1"] if not late.wait(1.5) else [])
    started = time.monotonic()

    with FaultyService(OK, greeting=never_answers) as service:
        answer = ask(settings, f"https://{NAME}:{service.port}")
        elapsed = time.monotonic() - started

    assert answer.verdict is UNAVAILABLE
    assert elapsed < 3


@pytest.mark.usefixtures("_http_proxy")
def test_slow_tunnel_leaves_less_time_for_the_handshake(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.KEY_VALIDATION_TIMEOUT = settings.KEY_VALIDATION_CONNECT_TIMEOUT = 2
    started = time.monotonic()

    with FaultyService(tunnels_late_to_a_drip) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        answer = ask(settings, f"https://{NAME}")
        elapsed = time.monotonic() - started

    assert answer.verdict is UNAVAILABLE
    assert elapsed < 3


@pytest.mark.usefixtures("_http_proxy")
def test_time_a_tunnel_takes_is_part_of_the_time_in_all(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls, certificate = self_signed(tmp_path, NAME)
    settings.KEY_VALIDATION_CA_BUNDLE = str(certificate)
    settings.KEY_VALIDATION_TIMEOUT = settings.KEY_VALIDATION_CONNECT_TIMEOUT = 2
    started = time.monotonic()

    with FaultyService(tunnels_late_and_never_answers(tls)) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        answer = ask(settings, f"https://{NAME}")
        elapsed = time.monotonic() - started

    assert answer == Answer(UNAVAILABLE, cause=Cause.TIME_OUT, detail="time-out")
    assert elapsed < 3
