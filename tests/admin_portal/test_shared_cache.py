"""The cache that all processes of a site share, and what becomes of pages without it."""

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCacheClient
from django.test import Client, override_settings

from admin_portal import outage
from admin_portal.action_log.models import ActionRecord
from admin_portal.outage import Outage
from admin_portal.settings.valkey import cache_at
from admin_portal.shared_cache import count_up
from tests.admin_portal.entrance.people import client_at, is_signed_in, sign_in
from tests.valkey import Valkey, as_cache

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
KEPT = [(3, b"3"), (True, b"true"), ("y", b'"y"'), ([1772352000.123456, 0.1], None)]
"""What the code keeps in the cache: a count, a mark, and when somebody failed."""


@pytest.fixture
def shared(valkey: Valkey) -> Iterator[Valkey]:
    with as_cache(valkey, "commerce-admin"):
        yield valkey


@pytest.fixture
def _asked_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each use of the cache ask the server, even if that did not answer the last time."""
    monkeypatch.setattr(outage, "_SECONDS_ALONE", 0)


@pytest.mark.parametrize(("value", "written"), KEPT)
def test_what_is_kept_comes_back_and_is_no_code(
    shared: Valkey, value: object, written: bytes | None
) -> None:
    cache.set("name", value, 60)

    assert cache.get("name") == value
    assert shared.client.get("commerce-admin:1:name") == (written or b"[1772352000.123456, 0.1]")
    assert shared.client.ttl("commerce-admin:1:name") in range(1, 61)


def test_sites_may_share_a_server_and_none_empties_it(shared: Valkey) -> None:
    cache.set("name", "the Admin's", 60)

    with override_settings(CACHES=cache_at(shared.url, "commerce-account")):
        other = cache.get("name")

    assert other is None
    assert cache.get("name") == "the Admin's"
    with pytest.raises(NotImplementedError):
        cache.clear()


@pytest.mark.usefixtures("_asked_each_time")
def test_server_that_is_back_is_used_again_and_one_line_a_minute_complains(
    shared: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    shared.stop()
    cache.set("name", "of this process", 60)
    kept_meanwhile = cache.get("name")
    shared.start()
    cache.set("name", "of all processes", 60)

    assert kept_meanwhile == "of this process"
    assert shared.client.get("commerce-admin:1:name") == b'"of all processes"'
    assert caplog.text.count("The cache server doesn't answer") == 1


def test_server_that_does_not_answer_is_left_alone_for_a_while(
    shared: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    ask = RedisCacheClient.get

    def note(client: RedisCacheClient, key: str, default: object) -> object:
        asked.append(key)
        return ask(client, key, default)

    monkeypatch.setattr(RedisCacheClient, "get", note)
    with shared.hanging():
        seen = [cache.get("name", "nothing") for _ in range(3)]

    assert seen == ["nothing"] * 3
    assert len(asked) == 1


def test_one_caller_finds_out_whether_an_outage_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("admin_portal.outage.time.monotonic", lambda: now)
    server = Outage("It is away.", logging.getLogger(__name__))
    seen: list[str] = []

    def away() -> str:
        # Others who ask while this one waits are not kept waiting, too.
        seen.append(server.ask(lambda: "asked at once", lambda: "alone"))
        raise OSError

    server.ask(away, lambda: "alone")
    now += 6
    server.ask(away, lambda: "alone")
    now += 6
    back = [server.ask(lambda: "server", lambda: "alone") for _ in range(2)]

    assert seen == ["asked at once", "alone"]
    assert back == ["server", "server"]


@pytest.mark.usefixtures("_asked_each_time")
def test_count_goes_on_when_the_server_goes_away_in_the_middle(
    shared: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = cache.add

    def add_and_lose_the_server(key: str, value: int, seconds: int) -> bool:
        added = add(key, value, seconds)
        shared.stop()
        return added

    with time_machine.travel(NOW, tick=False):
        first = count_up("name", seconds=60)
        with monkeypatch.context() as patched:
            patched.setattr(cache, "add", add_and_lose_the_server)
            without_server = [count_up("name", seconds=60)]
        without_server.append(count_up("name", seconds=60))
        shared.start()
        back = count_up("name", seconds=60)

    assert (first, without_server, back) == (1, [1, 2], 1)


def test_what_ran_out_is_not_counted_on_for_ever(shared: Valkey) -> None:
    with pytest.raises(ValueError, match="name"):
        cache.incr("name")

    assert cache.get("name") is None


def test_pages_open_and_refusals_are_bounded_without_the_server(
    shared: Valkey, administrator: User
) -> None:
    ada, stranger = client_at("192.0.2.10"), Client(enforce_csrf_checks=True)

    with time_machine.travel(NOW, tick=False):
        shared.stop()
        sign_in(ada)
        opened = [ada.get(page).status_code for page in ("/", "/system/tools/service-connection/")]
        refused = {stranger.post("/sign-in/").status_code for _ in range(30)}
        shared.start()
        is_still_in = is_signed_in(ada)

    assert is_still_in
    assert (opened, refused) == ([200, 200], {403})
    assert ActionRecord.objects.filter(action="pages.refused").count() == 10


def test_jobs_whose_queue_is_away_complain_once_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[logging.LogRecord] = []
    handler = logging.Handler()
    monkeypatch.setattr(handler, "emit", seen.append)
    monkeypatch.setattr(logging.getLogger("huey"), "handlers", [handler])
    worker = logging.getLogger("huey.consumer.Worker")
    now = time.monotonic() + 3600

    for seconds in (0, 1, 59, 61, 62):
        monkeypatch.setattr("admin_portal.logs.time.monotonic", lambda at=now + seconds: at)
        worker.error("Error reading from queue")
    worker.error("Something else")

    assert [record.msg for record in seen] == ["Error reading from queue"] * 2 + ["Something else"]
