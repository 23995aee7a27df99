"""OpenTelemetry itself. Only `tracing` imports this, and only where traces are wanted."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from opentelemetry import context as otel_context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from admin_portal.monitoring.tracing import Attributes, Span

_PROPAGATOR = TraceContextTextMapPropagator()


class _Told(Span):
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def tell(self, attributes: Attributes, *, name: str = "", has_failed: bool = False) -> None:
        self._span.set_attributes(attributes)
        if name:
            self._span.update_name(name)
        if has_failed:
            self._span.set_status(Status(StatusCode.ERROR))


class Spans:
    def __init__(self, service_name: str, exporter: SpanExporter | None) -> None:
        # The name is fixed: both sites may run on the same environment.
        self._provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service_name}))
        self._provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("commerce")
        connection_created.connect(self._trace_queries)

    def stop(self) -> None:
        connection_created.disconnect(self._trace_queries)
        self._provider.shutdown()

    @contextmanager
    def of_request(self, environ: Mapping[str, Any]) -> Iterator[Span]:
        carrier = {
            "traceparent": environ.get("HTTP_TRACEPARENT", ""),
            "tracestate": environ.get("HTTP_TRACESTATE", ""),
        }
        parent = _PROPAGATOR.extract(carrier, otel_context.Context())
        with self._span("request", SpanKind.SERVER, {}, parent) as span:
            yield _Told(span)

    @contextmanager
    def of_call(self, name: str, attributes: Attributes) -> Iterator[Span]:
        with self._span(name, SpanKind.CLIENT, attributes) as span:
            yield _Told(span)

    @contextmanager
    def of_job(self, name: str) -> Iterator[Span]:
        with self._span(name, SpanKind.INTERNAL, {}, otel_context.Context()) as span:
            yield _Told(span)

    def headers(self) -> dict[str, str]:
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier)
        return carrier

    def trace_id(self) -> str:
        context = trace.get_current_span().get_span_context()
        return trace.format_trace_id(context.trace_id) if context.is_valid else ""

    def _span(
        self,
        name: str,
        kind: SpanKind,
        attributes: Attributes,
        parent: otel_context.Context | None = None,
    ) -> Any:
        return self._tracer.start_as_current_span(
            name,
            context=parent,
            kind=kind,
            attributes=attributes,
            # The text of an error could hold a key.
            record_exception=False,
            set_status_on_exception=False,
        )

    def _trace_queries(self, connection: BaseDatabaseWrapper, **_signal: object) -> None:
        if self._traced_query not in connection.execute_wrappers:
            connection.execute_wrappers.append(self._traced_query)

    def _traced_query(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if not trace.get_current_span().is_recording():
            return execute(sql, params, many, context)
        # The statement has places for its parameters, not the parameters.
        attributes = {"db.system.name": context["connection"].vendor, "db.query.text": str(sql)}
        with self._span(str(sql).partition(" ")[0], SpanKind.CLIENT, attributes):
            return execute(sql, params, many, context)
