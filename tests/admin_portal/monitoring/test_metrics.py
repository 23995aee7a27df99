"""What a process counts, and how Prometheus gets it."""

import socket
import threading
from collections.abc import Callable
from urllib.request import urlopen

import pytest
from django.core.management import call_command
from django.test import Client
from prometheus_client import CollectorRegistry, generate_latest

from admin_portal import jobs
from admin_portal.background_jobs import run_all
from admin_portal.monitoring import metrics
from admin_portal.monitoring.metrics import ExpiringKeys
from tests.admin_portal.monitoring.reading import Counted, sample, samples
from tests.end_to_end.processes import free_port

COUNTED = {("production", 30): 2, ("production", 7): 1}


def test_request_is_counted_by_its_view_and_nothing_that_was_sent(
    admin_client: Client,
) -> None:
    counted = Counted()

    admin_client.get("/system/action-logs/report/?user=quixote")
    admin_client.generic("BREW", "/no-such-page/quixote/")
    admin_client.get("/static/css/no-such.css")

    page = {"view": "action_report", "method": "GET", "status": "200"}
    assert counted("commerce_requests_total", **page) == 1
    assert counted("commerce_request_seconds_count", view="action_report") == 1
    nowhere = {"view": "none", "method": "other", "status": "404"}
    assert counted("commerce_requests_total", **nowhere) == 1
    assert counted("commerce_requests_total", view="static", method="GET", status="404") == 1
    assert "quixote" not in generate_latest(metrics.REGISTRY).decode()


def test_probes_are_not_counted(client: Client) -> None:
    before = samples()

    client.get("/healthz")

    of_requests = [name for name in samples().items() - before.items() if "requests" in str(name)]
    assert of_requests == []


def test_job_is_counted_with_its_last_success() -> None:
    counted = Counted()

    def good(now: object) -> None: ...

    def bad(now: object) -> None:
        raise RuntimeError

    run_all([good, bad, bad])

    names = [f"{job.__module__}.{job.__name__}" for job in (good, bad)]
    assert counted("commerce_jobs_total", task=names[0], result="done") == 1
    assert counted("commerce_jobs_total", task=names[1], result="failed") == 2
    succeeded = "commerce_job_last_success_timestamp_seconds"
    assert samples()[sample(succeeded, task=names[0])] > 1_700_000_000
    assert sample(succeeded, task=names[1]) not in samples()


@pytest.mark.django_db
def test_each_job_of_the_admin_is_counted_by_a_name_of_its_own() -> None:
    counted = Counted()

    jobs.run_all()
    call_command("run_due_jobs")

    sending = ["notifications.telling.send_due", "security.mails.send_due"]
    for name in (*(f"admin_portal.{each}" for each in sending), "admin_portal.jobs.purge"):
        assert counted("commerce_jobs_total", task=name, result="done") == 2


def scrape(port: int) -> str:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return str(answer.read().decode())


def test_metrics_are_served_on_loopback_alone_and_by_no_page(client: Client) -> None:
    with free_port() as port:
        pass

    metrics.serve(port)

    assert sample("process_resident_memory_bytes") in samples(scrape(port))
    socket.create_server(("127.0.0.2", port)).close()  # it would be taken, too, were all served
    assert client.get("/metrics").status_code in (302, 404)


def test_port_that_is_taken_is_tried_until_it_is_free(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(metrics, "SECONDS_TO_NEXT_TRY", 0.01)
    listens, listening = metrics._listens, threading.Event()

    def told(port: int) -> bool:
        if listens(port):
            listening.set()
        return listening.is_set()

    monkeypatch.setattr(metrics, "_listens", told)
    with free_port() as port:
        metrics.serve(port)
        while_taken = listening.is_set()

    assert listening.wait(10)
    assert not while_taken
    assert f"Port {port} can't be used for metrics" in caplog.text
    assert "process_cpu_seconds_total" in scrape(port)


def test_without_a_port_nothing_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[int] = []
    monkeypatch.setattr(metrics, "_listens", served.append)

    metrics.serve(0)

    assert served == []


def expiring(count: Callable[..., dict[tuple[str, int], int]]) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(ExpiringKeys(count))
    return registry


def test_expiring_keys_are_asked_for_once_a_minute_at_most() -> None:
    asked: list[object] = []

    def count(now: object) -> dict[tuple[str, int], int]:
        asked.append(now)
        return COUNTED

    registry = expiring(count)
    first, second = (samples(generate_latest(registry).decode()) for _ in range(2))

    assert len(asked) == 1
    assert first == second
    assert first == {
        sample("commerce_keys_expiring", environment="production", days="30"): 2,
        sample("commerce_keys_expiring", environment="production", days="7"): 1,
    }


def test_database_that_fails_or_hangs_costs_a_scrape_these_figures_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ExpiringKeys, "LONGEST_WAIT", 0.05)
    over = threading.Event()

    def hang(now: object) -> dict[tuple[str, int], int]:
        over.wait(30)
        return COUNTED

    def fail(now: object) -> dict[tuple[str, int], int]:
        raise OSError

    hanging, failing = (generate_latest(expiring(count)).decode() for count in (hang, fail))
    over.set()

    assert samples(hanging) == samples(failing) == {}
    assert "commerce_keys_expiring" in failing
