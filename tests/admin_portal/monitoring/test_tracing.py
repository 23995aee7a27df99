"""Traces, by OpenTelemetry's own exporter for tests. `end_to_end` follows one over both sites."""

from collections.abc import Iterator

import pytest
import requests
from django.db import connection
from django.test import Client
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext, StatusCode

from admin_portal.background_jobs import run_all
from admin_portal.logs import JsonFormatter
from admin_portal.monitoring import tracing
from api_keys.contract import Environment, Verdict, generate_key
from tests.admin_portal.monitoring.reading import formatted
from tests.api_keys.commerce_account.gateway_client import GatewayClient
from tests.conftest import KeyService

CHANNEL = "/marketing/amazon-sales-channel/"
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Traced:
    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        tracing.start(self._exporter)

    def all_spans(self) -> tuple[ReadableSpan, ...]:
        """Stop tracing, and return what was traced."""
        tracing.stop()
        return self._exporter.get_finished_spans()

    def spans(self) -> dict[str, ReadableSpan]:
        """Stop tracing, and return the last span of each name."""
        return {span.name: span for span in self.all_spans()}


@pytest.fixture
def traced() -> Iterator[Traced]:
    yield Traced()
    tracing.stop()


def context_of(span: ReadableSpan) -> SpanContext:
    context = span.get_span_context()
    assert context
    return context


def trace_of(span: ReadableSpan) -> str:
    return f"{context_of(span).trace_id:032x}"


def test_visit_and_its_call_are_one_trace_that_the_visitor_did_not_choose(
    traced: Traced, admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID)

    with formatted(JsonFormatter()) as lines:
        visit = admin_client.get(CHANNEL, headers={"traceparent": CALLER})

    spans = traced.spans()
    request, call = spans["GET amazon_channel:home"], spans["check_key"]
    assert trace_of(request) == trace_of(call) != CALLER[3:35]
    assert request.parent is None
    assert call.parent == request.get_span_context()
    assert request.attributes == {
        "http.request.method": "GET",
        "http.route": "amazon_channel:home",
        "http.response.status_code": 200,
        "commerce.request_id": visit["X-Request-ID"],
    }
    assert call.attributes == {
        "commerce.environment": "production",
        "commerce.verdict": "valid",
    }
    assert {line["trace_id"] for line in lines} == {trace_of(request)}
    assert tracing.trace_id() == ""


def test_service_is_told_the_trace(
    traced: Traced, admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID)

    admin_client.get(CHANNEL)

    call = context_of(traced.spans()["check_key"])
    told = f"00-{call.trace_id:032x}-{call.span_id:016x}-"
    assert key_service.headers_seen[0]["traceparent"].startswith(told)


def test_untraced_call_tells_nothing(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID)

    admin_client.get(CHANNEL)

    assert "traceparent" not in key_service.headers_seen[0]


def test_call_without_an_answer_has_failed_and_its_error_is_not_told(
    traced: Traced, admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(requests.ConnectTimeout(f"to ?key={stored_key}"))

    admin_client.get(CHANNEL, follow=True)

    spans = traced.spans()
    assert spans["check_key"].status.status_code is StatusCode.ERROR
    assert spans["GET amazon_channel:home"].status.status_code is StatusCode.ERROR
    assert not any(stored_key in span.to_json() for span in spans.values())


@pytest.mark.usefixtures("commerce_account_site")
@pytest.mark.django_db
@pytest.mark.parametrize("way", [Client, GatewayClient])
def test_account_goes_on_with_the_caller_s_trace(traced: Traced, way: type[Client]) -> None:
    key = generate_key(Environment.PRODUCTION)

    way().get(f"/gateway/apikeycheck?x={key}", headers={"x-api-key": key, "traceparent": CALLER})

    (span,) = traced.spans().values()
    assert span.name == "GET api_key_check"
    assert trace_of(span) == CALLER[3:35]
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == CALLER[36:52]
    assert key not in span.to_json()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_statements_of_a_request_are_told_without_parameters_and_once(
    traced: Traced,
) -> None:
    for _again in range(2):  # what connects again is not told twice
        connection.close()
        Client().post("/sign-in/", {"login": "mia-winter", "password": "secret-of-mia"})

    of_database = [
        span
        for span in traced.all_spans()
        if span.attributes and "db.query.text" in span.attributes
    ]
    assert of_database
    parents = [span.parent.span_id for span in of_database if span.parent]
    assert len(parents) == len(of_database)
    assert not any("mia" in span.to_json() for span in of_database)


def test_run_of_a_job_is_a_trace_and_tells_whether_it_failed(traced: Traced) -> None:
    def good(now: object) -> None: ...

    def bad(now: object) -> None:
        raise RuntimeError("with a secret")

    run_all([good, bad])

    done, failed = traced.spans().values()
    assert (done.name.split(".")[-1], failed.name.split(".")[-1]) == ("good", "bad")
    assert trace_of(done) != trace_of(failed)
    assert (done.status.is_ok, failed.status.is_ok) == (True, False)
    assert "secret" not in failed.to_json()
