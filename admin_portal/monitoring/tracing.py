"""Traces by OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT is set. Elsewhere nothing is imported.

A span tells the kind of what was done: no headers, no address with its query, no parameters of a
statement, no text of an error. So no key and no name comes into a trace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from django.conf import settings

from admin_portal.monitoring import request_ids

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from opentelemetry.sdk.trace.export import SpanExporter

    from admin_portal.monitoring import spans

Attributes = Mapping[str, str | int]


class Span:
    """What a piece of work was. This one tells nobody."""

    def tell(self, attributes: Attributes, *, name: str = "", has_failed: bool = False) -> None:
        """Add to what is known of the work; `name` takes the place of the one it began with."""

    def tell_request(self, method: str, view: str, status: int) -> None:
        """Say which request it was. `view` is a name in the URLconf, never a path; `method` is a
        known one."""
        about: Attributes = {
            "http.request.method": method,
            "http.route": view,
            "http.response.status_code": status,
            "commerce.request_id": request_ids.current(),
        }
        self.tell(about, name=f"{method} {view}", has_failed=status >= 500)


_NOTHING = nullcontext(Span())
_spans: spans.Spans | None = None


def start(exporter: SpanExporter | None = None) -> None:
    """Begin to trace, where the setting says so. Call it in the worker: it starts a thread.

    Without an `exporter`, spans go where OpenTelemetry's own variables say.
    """
    global _spans
    if settings.TRACES_ENDPOINT or exporter:
        from admin_portal.monitoring import spans

        _spans = spans.Spans(f"commerce-{settings.PREFIX.lower()}", exporter)


def stop() -> None:
    """Send what is left, and trace no more."""
    global _spans
    if _spans:
        _spans.stop()
        _spans = None


def request_span(environ: Mapping[str, Any]) -> AbstractContextManager[Span]:
    """Trace the answer to a request. Where ids are taken over, it goes on with the caller's."""
    if _spans is None:
        return _NOTHING
    return _spans.of_request(environ if settings.TAKES_OVER_REQUEST_IDS else {})


def call_span(name: str, attributes: Attributes) -> AbstractContextManager[Span]:
    """Trace a call to another service."""
    return _spans.of_call(name, attributes) if _spans else _NOTHING


@contextmanager
def job_span(name: str) -> Iterator[None]:
    if _spans is None:
        yield
        return
    with _spans.of_job(name) as span:
        try:
            yield
        except BaseException:
            span.tell({}, has_failed=True)
            raise


def headers() -> dict[str, str]:
    """Return what tells a called service which trace the call belongs to."""
    return _spans.headers() if _spans else {}


def trace_id() -> str:
    """Return the id of the trace that this thread is busy with; empty: none."""
    return _spans.trace_id() if _spans else ""
