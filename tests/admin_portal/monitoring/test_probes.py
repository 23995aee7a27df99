"""What load balancers ask both sites: alive, and ready."""

import threading
from collections.abc import Iterator

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings
from pytest_django import Settings

from admin_portal.monitoring import health
from admin_portal.monitoring.bounded import Run
from admin_portal.settings.valkey import cache_at
from admin_portal.shared_cache import outage
from tests.conftest import commerce_account_settings

READY = {"status": "ready", "database": "ok", "migrations": "ok", "cache": "ok"}


@pytest.fixture(params=["admin", "account"])
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    if request.param == "admin":
        yield Client()
        return
    with commerce_account_settings():
        yield Client()


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    health.forget()
    yield
    health.forget()
    outage.forget()


def ready(client: Client) -> tuple[int, dict[str, str]]:
    response = client.get("/readyz")
    return response.status_code, response.json()


def test_alive_without_database_session_or_sign_in(client: Client) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"alive\n")
    assert response["Content-Type"] == "text/plain"
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probe_may_come_in_clear_and_by_address_and_nothing_else(
    client: Client, settings: Settings, path: str
) -> None:
    settings.SECURE_SSL_REDIRECT = settings.IS_HTTPS = True
    by_address = {"host": "192.0.2.7:8000"}

    probe = client.get(path, headers=by_address)
    head = client.head(path, headers=by_address)
    others = [client.get(at, headers=by_address) for at in ("/", "/healthz/", f"/x{path}")]
    in_clear = client.get("/")

    assert probe.status_code == head.status_code == 200
    assert (head.content, head["Content-Length"]) == (b"", str(len(probe.content)))
    assert [other.status_code for other in others] == [400] * 3
    assert in_clear.status_code == 301
    assert client.post(path, headers=by_address).status_code == 405


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_ready_as_all_is_there_and_again_without_asking_much(client: Client) -> None:
    first = ready(client)
    health._database.forget()  # as a second later
    plans: list[object] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(health, "MigrationExecutor", plans.append)
        second = ready(client)

    assert first == second == (200, READY)
    assert plans == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_not_ready_before_a_migration_and_ready_after_a_newer_one() -> None:
    recorder = MigrationRecorder(connection)
    last = ("preferences", "0001_initial")
    recorder.record_unapplied(*last)
    try:
        before = ready(Client())
    finally:
        recorder.record_applied(*last)
    recorder.record_applied("preferences", "9999_of_the_next_release")
    health._database.forget()
    try:
        after = ready(Client())
    finally:
        recorder.record_unapplied("preferences", "9999_of_the_next_release")

    assert before == (503, {**READY, "status": "not ready", "migrations": "failed"})
    assert after == (200, READY)


def test_not_ready_without_a_database_and_nothing_is_told_of_it(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(self: object) -> None:
        raise OperationalError("password authentication failed for user “ada”")

    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", fail)

    response = client.get("/readyz")

    failed = {"status": "not ready", "database": "failed", "migrations": "failed", "cache": "ok"}
    assert (response.status_code, response.json()) == (503, failed)
    assert "the database failed (OperationalError)" in caplog.text
    assert "ada" not in response.text + caplog.text


def test_database_that_hangs_is_waited_for_in_one_thread_and_not_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    over = threading.Event()
    asked: list[object] = []

    def hang(self: object) -> None:
        asked.append(self)
        over.wait(30)
        raise OperationalError

    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", hang)
    monkeypatch.setattr(health._database, "_longest_wait", 0.1)
    waits = note_waits(monkeypatch)
    try:
        statuses = [ready(Client())[0] for _ in range(3)]
        asked_meanwhile = len(asked)
        alive = Client().get("/healthz").status_code
    finally:
        over.set()

    assert statuses == [503] * 3
    assert asked_meanwhile == 1
    assert alive == 200
    of_the_database = waits[::2]
    assert 0 < of_the_database[0] <= 0.1
    assert of_the_database[1:] == [0, 0]


def note_waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return a list in which each wait for a run is noted, in seconds."""
    waits: list[float] = []
    result = Run.result

    def noting(run: Run[object], timeout: float) -> object:
        waits.append(timeout)
        return result(run, timeout)

    monkeypatch.setattr(Run, "result", noting)
    return waits


@pytest.mark.django_db(transaction=True)
def test_site_is_ready_without_its_cache_and_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise ConnectionError("cache.internal:6379")

    monkeypatch.setattr(LocMemCache, "set", fail)
    raising = ready(client)
    monkeypatch.setattr(LocMemCache, "set", lambda *args, **kwargs: None)
    health._cache.forget()
    forgetful = ready(client)
    health._cache.forget()
    with override_settings(CACHES=cache_at("redis://127.0.0.1:1/0", "commerce-admin")):
        refused = ready(client)

    degraded = (200, {**READY, "status": "degraded", "cache": "failed"})
    assert raising == forgetful == refused == degraded
