"""What operators see of one visit, on both sites as they are served: all of it in one walk."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.admin_portal.monitoring.reading import Sample, sample, samples
from tests.end_to_end.processes import (
    ACCOUNT_SETTINGS,
    ADMIN_SETTINGS,
    STARTED,
    Sites,
    copy_installation,
    free_port,
    served_sites,
)
from tests.end_to_end.test_scripts import signed_in_session

CHANNEL = "/marketing/amazon-sales-channel/"
OF_THE_VISITOR = {
    "X-Request-ID": "chosen-by-the-visitor",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
}


class Collector:
    """Takes traces by OTLP over HTTP, as those of all vendors do."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.bodies: list[bytes] = []

    def spans(self, service: str) -> list[Span]:
        return [
            span
            for body in self.bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            if service in [each.value.string_value for each in resource.resource.attributes]
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@contextmanager
def collector() -> Iterator[Collector]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            made.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_about: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Collector(f"http://127.0.0.1:{server.server_address[1]}")
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield made
        finally:
            server.shutdown()
            serving.join()


def scrape(sites: Sites, setting: str) -> dict[Sample, float]:
    port = sites.environment[setting]
    return samples(requests.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text)


def with_a_key(sites: Sites) -> str:
    company = ("--company=Acme", "--create-company")
    _code, key = sites.manage("issue_api_key", "shop", *company, settings=ACCOUNT_SETTINGS)
    code, _said = sites.manage("store_api_key", settings=ADMIN_SETTINGS, given=key)
    assert code == 0
    return key


def test_one_visit_is_seen_on_both_sites_in_log_metrics_and_trace(
    prepared: Sites, tmp_path: Path
) -> None:
    with collector() as traces:
        with ExitStack() as held:
            ports = [str(held.enter_context(free_port())) for _site in range(2)]
        environment = copy_installation(
            prepared,
            tmp_path,
            LOG_FORMAT="json",
            ADMIN_METRICS_PORT=ports[0],
            ACCOUNT_METRICS_PORT=ports[1],
            OTEL_EXPORTER_OTLP_ENDPOINT=traces.url,
        )
        with served_sites(tmp_path, environment) as sites:
            key = with_a_key(sites)
            session, _token = signed_in_session(sites)
            visit = session.get(sites.admin + CHANNEL, headers=OF_THE_VISITOR, timeout=10)
            probes = [
                requests.get(site + probe, headers={"Host": "192.0.2.7"}, timeout=10)
                for site in (sites.admin, sites.account)
                for probe in ("/healthz", "/readyz")
            ]
            admin = scrape(sites, "ADMIN_METRICS_PORT")
            account = scrape(sites, "ACCOUNT_METRICS_PORT")
            sites.stop()

    assert visit.status_code == 200
    assert [probe.status_code for probe in probes] == [200] * 4
    assert_metrics_tell_of_it(admin, account)
    assert_log_tells_of_it(sites.log.removeprefix(prepared.log), visit.headers["X-Request-ID"], key)
    assert_trace_tells_of_it(traces, visit.headers["X-Request-ID"], key)


def assert_metrics_tell_of_it(admin: dict[Sample, float], account: dict[Sample, float]) -> None:
    visits = {"view": "amazon_channel:home", "method": "GET", "status": "200"}
    assert admin[sample("commerce_requests_total", **visits)] == 1
    verdict = {"environment": "production", "verdict": "valid", "cause": ""}
    assert admin[sample("commerce_verifications_total", **verdict)] >= 1
    assert admin[sample("commerce_breaker_open", environment="production")] == 0
    assert sample("commerce_verification_call_seconds_count", environment="production") in admin
    checks = {"environment": "production", "outcome": "valid"}
    assert account[sample("commerce_checks_total", **checks)] >= 1
    assert account[sample("commerce_request_seconds_count", view="api_key_check")] >= 1
    for site in (admin, account):
        soon = sample("commerce_keys_expiring", environment="production", days="30")
        assert site[soon] == 0
        assert site[sample("process_resident_memory_bytes")] > 0


def assert_log_tells_of_it(log: str, request_id: str, key: str) -> None:
    lines: list[dict[str, Any]] = [
        json.loads(line) for line in log.splitlines() if line != STARTED.decode()
    ]
    of_visit = [line for line in lines if line.get("request_id") == request_id]
    assert re.fullmatch("[0-9a-f]{32}", request_id)
    # In no certain order: a site writes its line after its answer, as the other one goes on.
    assert {(line["logger"], line.get("path")) for line in of_visit} == {
        ("gunicorn.access", "/gateway/apikeycheck"),
        ("api_keys.store_configuration.verification", None),
        ("gunicorn.access", CHANNEL),
    }
    assert len(of_visit) == 3
    assert key not in log
    assert "healthz" not in log
    assert [line for line in lines if line["level"] == "ERROR"] == []


def assert_trace_tells_of_it(traces: Collector, request_id: str, key: str) -> None:
    (visit,) = [
        span for span in traces.spans("commerce-admin") if span.name == "GET amazon_channel:home"
    ]
    in_it = [
        {span.name: span for span in traces.spans(service) if span.trace_id == visit.trace_id}
        for service in ("commerce-admin", "commerce-account")
    ]
    admin, account = in_it
    assert visit.trace_id.hex() != OF_THE_VISITOR["traceparent"][3:35]
    assert admin["check_key"].parent_span_id == visit.span_id
    assert account["GET api_key_check"].parent_span_id == admin["check_key"].span_id
    assert account["SELECT"].parent_span_id == account["GET api_key_check"].span_id
    assert "SELECT" in admin
    for span in (visit, account["GET api_key_check"]):
        told = {each.key: each.value.string_value for each in span.attributes}
        assert told["commerce.request_id"] == request_id
    assert not any(key.encode() in body for body in traces.bodies)
