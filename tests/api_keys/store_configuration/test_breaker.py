"""The bulkhead and the breaker before the key service."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from api_keys.contract import Answer, Cause, Verdict
from api_keys.store_configuration import breaker
from api_keys.store_configuration.breaker import (
    CALLS_AT_ONCE,
    RETRY_EVERY,
    SLOW,
    STRIKES,
    Breaker,
    Bulkhead,
)

VALID = Answer(Verdict.VALID)
TIME_OUT = Answer(Verdict.UNAVAILABLE, cause=Cause.TIME_OUT, detail="time-out")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Service:
    """Answers at once, or hangs, on a clock of its own."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.answer, self.takes = VALID, 0.01
        self.calls = 0

    def __call__(self) -> Answer:
        self.calls += 1
        self.clock.now += self.takes
        return self.answer


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(breaker, "time", clock)
    return clock


@pytest.fixture
def service(clock: Clock) -> Service:
    return Service(clock)


def hang(service: Service) -> None:
    service.answer, service.takes = TIME_OUT, SLOW


def test_healthy_service_is_asked_each_time(service: Service) -> None:
    found = [Breaker().call(service, insists=False) for _visit in range(5)]

    assert found == [VALID] * 5
    assert service.calls == 5


def test_after_calls_that_hung_visits_are_not_kept_waiting(service: Service) -> None:
    guard = Breaker()
    hang(service)

    found = [guard.call(service, insists=False) for _visit in range(STRIKES + 5)]

    assert service.calls == STRIKES
    assert {(answer.verdict, answer.cause) for answer in found} == {
        (Verdict.UNAVAILABLE, Cause.TIME_OUT)
    }
    assert found[-1].detail.startswith("not asked")


def test_one_visit_asks_every_few_seconds_and_notices_the_recovery(
    service: Service, clock: Clock
) -> None:
    guard = Breaker()
    hang(service)
    for _visit in range(STRIKES):
        guard.call(service, insists=False)

    clock.now += RETRY_EVERY
    still_down = [guard.call(service, insists=False) for _visit in range(3)]
    service.answer, service.takes = VALID, 0.01
    clock.now += RETRY_EVERY
    recovered = [guard.call(service, insists=False) for _visit in range(3)]

    assert [answer.verdict for answer in still_down] == [Verdict.UNAVAILABLE] * 3
    assert recovered == [VALID] * 3
    assert service.calls == STRIKES + 1 + 3


def test_quick_failures_are_asked_about_each_time(service: Service) -> None:
    guard = Breaker()
    service.answer = Answer(Verdict.UNAVAILABLE, cause=Cause.REFUSED)

    for _visit in range(2 * STRIKES):
        guard.call(service, insists=False)

    assert service.calls == 2 * STRIKES


def test_slow_verdicts_are_no_failures(service: Service) -> None:
    guard = Breaker()
    service.takes = 10 * SLOW

    for _visit in range(2 * STRIKES):
        guard.call(service, insists=False)

    assert service.calls == 2 * STRIKES


def test_strikes_count_only_in_a_row(service: Service) -> None:
    guard = Breaker()

    for _round in range(3):
        hang(service)
        for _visit in range(STRIKES - 1):
            guard.call(service, insists=False)
        service.answer, service.takes = VALID, 0.01
        guard.call(service, insists=False)

    assert service.calls == 3 * STRIKES


def test_who_insists_asks_all_the_same(service: Service) -> None:
    guard = Breaker()
    hang(service)
    for _visit in range(STRIKES):
        guard.call(service, insists=False)
    service.answer, service.takes = VALID, 0.01

    insisted = guard.call(service, insists=True)
    visit = guard.call(service, insists=False)

    assert (insisted, visit) == (VALID, VALID)


def test_only_a_few_wait_at_once_and_the_others_hear_so() -> None:
    all_in, go_on = threading.Barrier(CALLS_AT_ONCE + 1), threading.Event()

    def hanging() -> Answer:
        all_in.wait(timeout=30)
        assert go_on.wait(timeout=30)
        return VALID

    with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        waiting = [
            pool.submit(Breaker().call, hanging, insists=False) for _ in range(CALLS_AT_ONCE)
        ]
        all_in.wait(timeout=30)
        turned_away = Breaker().call(lambda: VALID, insists=True)
        go_on.set()
    afterwards = Breaker().call(lambda: VALID, insists=False)

    assert turned_away.detail.startswith("not asked")
    assert (turned_away.verdict, turned_away.cause) == (Verdict.UNAVAILABLE, Cause.BUSY)
    assert [call.result() for call in waiting] == [VALID] * CALLS_AT_ONCE
    assert afterwards == VALID


def test_calls_that_hang_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    bulkhead = Bulkhead()
    waits: list[float | None] = []
    with ExitStack() as held:
        for _place in range(CALLS_AT_ONCE):
            assert held.enter_context(bulkhead.place())
        clock = Clock()
        clock.now = time.monotonic() + SLOW
        monkeypatch.setattr(breaker, "time", clock)
        monkeypatch.setattr(bulkhead._condition, "wait", waits.append)

        with bulkhead.place() as is_ours:
            assert not is_ours

    assert waits == []


def test_a_call_that_is_answered_makes_room_for_who_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bulkhead = Bulkhead()
    with ExitStack() as held, ThreadPoolExecutor(1) as pool:
        for _place in range(CALLS_AT_ONCE):
            held.enter_context(bulkhead.place())
        waits, woken = threading.Event(), []
        wait = bulkhead._condition.wait

        def wait_and_tell(patience: float) -> None:
            waits.set()
            woken.append(wait(30))

        monkeypatch.setattr(bulkhead._condition, "wait", wait_and_tell)
        late = pool.submit(bulkhead._enter)
        assert waits.wait(timeout=30)
        held.close()

        assert late.result() is not None
        assert woken == [True]


def test_the_youngest_call_tells_whether_calls_are_answered(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bulkhead = Bulkhead()
    waits: list[float] = []
    with ExitStack() as held, ExitStack() as youngest:
        for _place in range(CALLS_AT_ONCE - 1):
            held.enter_context(bulkhead.place())
        clock.now += 10 * SLOW
        youngest.enter_context(bulkhead.place())

        def is_answered(patience: float) -> None:
            waits.append(patience)
            youngest.close()

        monkeypatch.setattr(bulkhead._condition, "wait", is_answered)
        with bulkhead.place() as is_ours:
            assert is_ours

    assert waits == [SLOW]


def test_nobody_waits_for_long_while_others_take_the_places(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bulkhead = Bulkhead()
    waits: list[float] = []
    with ExitStack() as held:
        for _place in range(CALLS_AT_ONCE):
            held.enter_context(bulkhead.place())

        def others_are_faster(patience: float) -> None:
            assert not waits
            waits.append(patience)
            clock.now += patience
            bulkhead._under_way = [clock.now] * CALLS_AT_ONCE

        monkeypatch.setattr(bulkhead._condition, "wait", others_are_faster)
        with bulkhead.place() as is_ours:
            assert not is_ours
        bulkhead._under_way = [1000.0] * CALLS_AT_ONCE

    assert waits == [SLOW]


def test_calls_run_beside_each_other() -> None:
    together = threading.Barrier(CALLS_AT_ONCE)
    guard = Breaker()

    def meet() -> Answer:
        together.wait(timeout=30)  # breaks if a lock lets them in one by one
        return VALID

    with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        calls = [pool.submit(guard.call, meet, insists=False) for _ in range(CALLS_AT_ONCE)]

    assert [call.result() for call in calls] == [VALID] * CALLS_AT_ONCE


def test_a_place_is_given_back_when_asking_fails() -> None:
    def fails() -> Answer:
        raise RuntimeError

    for _call in range(CALLS_AT_ONCE + 1):
        with pytest.raises(RuntimeError):
            Breaker().call(fails, insists=False)
