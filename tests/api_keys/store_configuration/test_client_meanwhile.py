"""What is done while the service prepares its answer."""

import socket
import threading

import pytest
from pytest_django import Settings

from api_keys.contract import Answer, Environment, Verdict
from api_keys.store_configuration.client import check_key
from api_keys.store_configuration.connecting import MEANWHILE
from tests.api_keys.store_configuration.asking import KEY, LIMIT
from tests.api_keys.store_configuration.faulty_service import (
    FaultyService,
    answering,
    hangs_up,
    unconnectable_url,
)

pytestmark = pytest.mark.usefixtures("_short_limits")


class Work:
    """Begins only once the service has read a request, which answers only once it is done."""

    def __init__(self) -> None:
        self.times = 0
        self.asked, self.done = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.times += 1
        assert self.asked.wait(LIMIT / 2), "nothing was sent yet"
        self.done.set()

    def answer(self, connection: socket.socket, over: threading.Event) -> None:
        self.asked.set()
        if self.done.wait(LIMIT / 2):
            answering("200 OK")(connection, over)


def ask(settings: Settings, url: str, work: Work) -> Answer:
    settings.KEY_VALIDATION_URLS = {Environment.PRODUCTION: url}
    return check_key(KEY, environment=Environment.PRODUCTION, request_id="a" * 32, meanwhile=work)


def test_work_is_done_between_the_request_and_its_answer(settings: Settings) -> None:
    work = Work()

    with FaultyService(work.answer) as service:
        answer = ask(settings, service.url, work)

    assert answer == Answer(Verdict.VALID)
    assert work.times == 1


def test_work_is_done_again_with_a_second_try(settings: Settings) -> None:
    work = Work()
    work.asked.set()

    with FaultyService(hangs_up, answering("200 OK")) as service:
        answer = ask(settings, service.url, work)

    assert answer == Answer(Verdict.VALID)
    assert work.times == 2


def test_nothing_is_done_where_nothing_was_sent(settings: Settings) -> None:
    work = Work()

    with unconnectable_url() as url:
        ask(settings, url, work)

    assert work.times == 0


def test_next_call_of_the_thread_has_no_such_work(settings: Settings) -> None:
    work = Work()
    work.asked.set()

    with FaultyService(answering("200 OK")) as service:
        ask(settings, service.url, work)

    assert MEANWHILE.get() is None
