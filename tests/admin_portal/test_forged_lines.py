"""What somebody sends is one line in every log, whatever it holds."""

import csv
import io
import logging
from datetime import timedelta
from ipaddress import ip_address, ip_network
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from django.core.mail import get_connection
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from gunicorn.config import Config
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from admin_portal.action_log.actions import Action
from admin_portal.action_log.recording import Change, record
from admin_portal.action_log.views import cells
from admin_portal.actors import Actor
from admin_portal.csv_files import csv_parts
from admin_portal.embedded.access_log import AccessLogger
from admin_portal.logs import KeylessFormatter
from admin_portal.mail import automatic_mail
from admin_portal.middleware import TrustedProxiesMiddleware
from api_keys.contract import Environment, generate_key

LINE = KeylessFormatter("%(asctime)s %(levelname)s %(name)s %(message)s")
FORGED = "ada\r\n2026-11-24 00:00:00,000 INFO django signed in\x1b[2K\u2028\x85\x0b"
SENT = st.text(max_size=40) | st.just(FORGED) | st.text("\r\n\x1b\x85\u2028 ab", max_size=20)

in_one_database = hypothesis_settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def lines(text: str) -> list[str]:
    return text.splitlines()  # at every sign that any reader could take for an end


def logged(message: str, *arguments: object, error: Exception | None = None) -> str:
    about = (type(error), error, None) if error else None
    made = logging.LogRecord("django", logging.INFO, __file__, 1, message, arguments, about)
    return LINE.format(made)


@given(SENT, SENT)
def test_message_is_one_line(template_like: str, sent: str) -> None:
    assert len(lines(logged("user %s, path %s", template_like, sent))) == 1
    assert len(lines(logged(template_like.replace("%", "")))) == 1


@given(SENT)
def test_lines_of_a_traceback_can_not_be_taken_for_others(sent: str) -> None:
    first, *others = lines(logged("failed", error=ValueError(sent)))

    assert first.endswith("INFO django failed")
    assert all(line.startswith("  | ") for line in others)


def test_key_is_found_in_a_line_all_the_same() -> None:
    key = generate_key(Environment.PRODUCTION)

    assert key not in logged("%s", f"\n{key}\n", error=ValueError(key))


def access_log(log_format: str, *about: object) -> str:
    """Return what the server writes down of a request."""
    config, written = Config(), io.StringIO()
    config.set("accesslog", "-")
    with patch.dict("os.environ", LOG_FORMAT=log_format), patch("sys.stdout", written):
        AccessLogger(config).access(*about)
    return written.getvalue()


@pytest.mark.parametrize("log_format", ["line", "json"])
@given(path=SENT, agent=SENT)
def test_request_is_one_line_of_the_access_log(log_format: str, path: str, agent: str) -> None:
    environ = {
        "PATH_INFO": path.encode("utf-8", "replace").decode("latin-1"),
        "HTTP_USER_AGENT": agent,
        "HTTP_X_REQUEST_ID": agent,
        "HTTP_REFERER": agent,
        "REMOTE_ADDR": "192.0.2.7",
        "REQUEST_METHOD": "GET",
        "RAW_URI": path,
        "SERVER_PROTOCOL": "HTTP/1.1",
    }
    answer = SimpleNamespace(status="200 OK", sent=1, headers=[])
    took = timedelta(microseconds=1)
    asked = SimpleNamespace(headers=[("USER-AGENT", agent)])

    written = access_log(log_format, answer, asked, environ, took)

    assert len(lines(written)) == 1
    assert written.endswith("\n")


@given(SENT, st.sampled_from(["", "192.0.2.9, ", "fe80::1%", "::1%\r\n"]))
def test_address_is_one_that_can_be_written(sent: str, before: str) -> None:
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": before + sent}

    with override_settings(TRUSTED_PROXIES=[ip_network("127.0.0.1")]):
        TrustedProxiesMiddleware(lambda _request: HttpResponse())(request)

    assert "%" not in str(ip_address(request.META["REMOTE_ADDR"]))


@pytest.mark.django_db
@pytest.mark.postgresql
@in_one_database
@given(name=SENT, value=SENT, address=SENT)
def test_record_and_its_line_of_a_file_are_one_line(name: str, value: str, address: str) -> None:
    by = Actor(None, address, request_id=value)
    change = Change(name, value, value)

    row = record(Action.SIGN_IN_FAILED, by=by, user_name=name, subject=value, changes=[change])

    told = [row.user_name, row.subject, row.address, row.request_id, *row.changes[0]]
    assert all(len(lines(text)) <= 1 for text in told)
    file = "".join(csv_parts(["head"], [cells(row)]))
    assert len(lines(file)) == 2
    assert len(list(csv.reader(io.StringIO(file)))) == 2


@given(SENT)
def test_subject_of_an_e_mail_is_one_header(sent: str) -> None:
    mail = automatic_mail("ada@example.com", subject=sent, body="", reference="1")
    mail.connection = get_connection()

    head = mail.message().as_string().partition("\n\n")[0]

    assert head.count("Subject:") <= 1 + sent.count("Subject:")
    assert "\n2026" not in head
