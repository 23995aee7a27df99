"""Lines of the log as JSON: one object each, and no key in it."""

import io
import json
import logging
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from unittest.mock import patch

import time_machine
from gunicorn.config import Config
from hypothesis import given, strategies as st

from admin_portal.embedded.access_log import AccessLogger
from admin_portal.logs import JsonFormatter
from admin_portal.monitoring import request_ids
from api_keys.contract import Environment, generate_key

NOW = datetime(2026, 6, 1, 12, 30, 15, 250_000, tzinfo=UTC)
KEY = generate_key(Environment.PRODUCTION)
TOOK = timedelta(milliseconds=12.6)


def logged(message: str, *arguments: object, error: Exception | None = None) -> str:
    about = (type(error), error, None) if error else None
    record = logging.LogRecord("x.y", logging.ERROR, __file__, 1, message, arguments, about)
    return JsonFormatter().format(record)


@time_machine.travel(NOW, tick=False)
def test_line_tells_when_where_how_bad_and_what() -> None:
    try:
        raise ValueError("of no use")
    except ValueError:
        record = logging.LogRecord("x.y", 40, __file__, 1, "it %s", ("failed",), sys.exc_info())
    told = json.loads(JsonFormatter().format(record))

    exception = told.pop("exception")
    assert told == {
        "time": "2026-06-01T12:30:15.250+00:00",
        "level": "ERROR",
        "logger": "x.y",
        "message": "it failed",
    }
    assert exception.startswith("Traceback (most recent call last):\n")
    assert exception.endswith("ValueError: of no use")


@given(st.text(max_size=40) | st.text('\r\n\x1b\x85\u2028\ud800"\\{} ab', max_size=20))
def test_whatever_was_sent_is_one_object_on_one_line(sent: str) -> None:
    line = logged("user %s", sent, error=ValueError(sent))

    assert len(line.splitlines()) == 1
    assert json.loads(line)["message"] == f"user {sent}"


def test_no_key_is_in_it() -> None:
    line = logged("user %s", KEY, error=ValueError(f"\n{KEY}\n"))

    assert KEY not in line
    assert json.loads(line)["message"] == "user [key]"


def served(log_format: str, path: str, status: str) -> str:
    answer = SimpleNamespace(status=status, sent=321)
    environ = {
        "PATH_INFO": path,
        "QUERY_STRING": f"x={KEY}",
        "REQUEST_METHOD": "GET",
        "REMOTE_ADDR": "192.0.2.7",
        request_ids.ENVIRON: "0f",
    }
    config, written = Config(), io.StringIO()
    config.set("accesslog", "-")
    with patch.dict("os.environ", LOG_FORMAT=log_format), patch("sys.stdout", written):
        AccessLogger(config).access(answer, None, environ, TOOK)
    return written.getvalue()


def test_request_is_told_in_both_formats_without_query_and_tokens() -> None:
    line = served("line", f"/a/{KEY}/", "200 OK")
    told = json.loads(served("json", f"/a/{KEY}/", "200 OK"))

    assert line == '192.0.2.7 "GET /a/.../" 200 321 12ms 0f\n'
    told.pop("time")
    assert told == {
        "level": "INFO",
        "logger": "gunicorn.access",
        "message": "GET /a/.../ 200",
        "address": "192.0.2.7",
        "method": "GET",
        "path": "/a/.../",
        "status": 200,
        "bytes": 321,
        "milliseconds": 12,
        "request_id": "0f",
    }


def test_probes_are_told_only_when_they_fail() -> None:
    assert served("line", "/healthz", "200 OK") + served("json", "/readyz", "200 OK") == ""
    assert "/readyz" in served("line", "/readyz", "503 Service Unavailable")
    assert "/healthz/" in served("line", "/healthz/", "200 OK")
