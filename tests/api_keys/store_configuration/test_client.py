"""The outbound call, against real servers with every fault a network has."""

import socket
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from api_keys.contract import Answer, Cause, Verdict, fingerprint
from tests.api_keys.store_configuration.asking import KEY, LIMIT, ask
from tests.api_keys.store_configuration.certificates import self_signed
from tests.api_keys.store_configuration.faulty_service import (
    Behaviour,
    FaultyService,
    answering,
    breaks_off_the_body,
    drips_body,
    drips_headers,
    hangs_up,
    never_answers,
    redirects_with_a_gibibyte,
    refused_url,
    saying,
    sends_a_gibibyte,
    sends_a_negative_chunk,
    sends_headers_for_ever,
    speaks_no_http,
)

pytestmark = pytest.mark.usefixtures("_short_limits")

ODD = Cause.NOT_THE_PROTOCOL
BROKEN = Cause.NO_CONNECTION
BUSY = Cause.TOO_MANY_REQUESTS
ENCODED = "an encoding that nobody asked for"
JSON = "Content-Type: application/json\r\n"
HTML = "Content-Type: text/html\r\n"


def test_healthy_service_is_believed(settings: Settings) -> None:
    with FaultyService(answering("200 OK", JSON, b'{"reason": "valid"}')) as service:
        answer = ask(settings, service.url)

    assert answer == Answer(Verdict.VALID)
    assert service.requests[0].startswith(b"GET /gateway/apikeycheck HTTP/1.1\r\n")
    assert f"magento-api-key: {KEY}\r\n".encode() in service.requests[0]
    assert f"x-api-key: {KEY}\r\n".encode() in service.requests[0]


def test_path_before_the_gateway_is_kept(settings: Settings) -> None:
    with FaultyService(answering("200 OK")) as service:
        ask(settings, service.url + "/sandbox/")

    assert service.requests[0].startswith(b"GET /sandbox/gateway/apikeycheck HTTP")


@pytest.mark.parametrize(
    ("behaviour", "cause", "detail"),
    [
        (never_answers, Cause.TIME_OUT, "time-out"),
        (drips_headers, Cause.TIME_OUT, "time-out"),
        (drips_body, Cause.TIME_OUT, "time-out"),
        (sends_a_gibibyte, ODD, "a body over 64 KiB"),
        (sends_headers_for_ever, BROKEN, "connection broken"),
        (hangs_up, BROKEN, "connection broken"),
        (breaks_off_the_body, BROKEN, "connection broken"),
        (speaks_no_http, BROKEN, "connection broken"),
        (answering("500 Internal Server Error"), Cause.SERVER_ERROR, "status 500"),
        (
            answering("429 Too Many Requests", "Retry-After: 3\r\n"),
            BUSY,
            "status 429",
        ),
        (
            answering("404 Not Found", HTML, b"<h1>Not here</h1>"),
            ODD,
            "status 404",
        ),
        (answering("302 Found", "Location: /elsewhere\r\n"), ODD, "status 302"),
        (answering("200 OK", HTML, b"<h1>Hello</h1>"), ODD, "a page of HTML"),
        (answering("200 OK", JSON, b"not json"), ODD, "broken JSON"),
        (answering("401 Unauthorized", JSON, b"not json"), ODD, "broken JSON"),
        (
            answering("200 OK", "Content-Encoding: gzip\r\n", b"\x1f\x8b"),
            ODD,
            ENCODED,
        ),
        (
            answering("200 OK", "content-type: Text/HTML\r\n", b"Hello"),
            ODD,
            "a page of HTML",
        ),
        (answering("200 OK", "", b"\xef\xbb\xbf<html>"), ODD, "a page of HTML"),
        (
            answering("200 OK", "Content-Type: Application/JSON\r\n", b"{"),
            ODD,
            "broken JSON",
        ),
        (saying(b"HTTP/1.1 200"), BROKEN, "connection broken"),
        (saying(b"HTTP/1.1 200 OK\r\n"), BROKEN, "connection broken"),
        (saying(b"HTTP/1.1 200 OK\r\nContent-Le"), BROKEN, "connection broken"),
        (saying(b"HTTP/1.1 401 No\r\nServer: a\r\n"), BROKEN, "connection broken"),
        (
            saying(b"HTTP/1.1 200 OK\r\nno header\r\nContent-Length: 0\r\n\r\n"),
            BROKEN,
            "connection broken",
        ),
        (sends_a_negative_chunk, BROKEN, "connection broken"),
        (redirects_with_a_gibibyte, ODD, "a body over 64 KiB"),
    ],
)
def test_every_fault_is_unavailable_in_time_and_has_its_cause(
    settings: Settings, behaviour: Behaviour, cause: Cause, detail: str
) -> None:
    started = time.monotonic()

    with FaultyService(behaviour) as service:
        answer = ask(settings, service.url)
        elapsed = time.monotonic() - started

    assert answer == Answer(Verdict.UNAVAILABLE, cause=cause, detail=detail)
    # Far above the limit, because machines are noisy; far below what each fault would take.
    assert elapsed < LIMIT + 5


def test_refused_connection_is_unavailable(settings: Settings) -> None:
    with refused_url() as url:
        answer = ask(settings, url)

    assert answer == Answer(Verdict.UNAVAILABLE, cause=Cause.REFUSED, detail="connection refused")


def test_unknown_host_is_unavailable(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*arguments: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    answer = ask(settings, "https://no-such-host.invalid")

    assert answer == Answer(Verdict.UNAVAILABLE, cause=BROKEN, detail="unknown host name")


def test_certificate_nobody_vouches_for_is_unavailable(settings: Settings, tmp_path: Path) -> None:
    tls, _certificate = self_signed(tmp_path)

    with FaultyService(answering("200 OK"), tls=tls) as service:
        answer = ask(settings, service.url)

    assert answer == Answer(Verdict.UNAVAILABLE, cause=Cause.TLS, detail="bad certificate or TLS")
    assert service.requests == []


def test_certificate_of_the_set_bundle_is_trusted(settings: Settings, tmp_path: Path) -> None:
    tls, certificate = self_signed(tmp_path)
    settings.KEY_VALIDATION_CA_BUNDLE = str(certificate)

    with FaultyService(answering("200 OK"), tls=tls) as service:
        answer = ask(settings, service.url)

    assert answer == Answer(Verdict.VALID)


def test_redirect_is_not_followed(settings: Settings) -> None:
    with (
        FaultyService(answering("200 OK")) as elsewhere,
        FaultyService(answering("302 Found", f"Location: {elsewhere.url}\r\n")) as service,
    ):
        ask(settings, service.url)

    assert elsewhere.requests == []


def test_connection_is_kept_and_used_again(settings: Settings) -> None:
    with FaultyService(answering("200 OK"), never_answers) as service:
        answers = [ask(settings, service.url) for _ in range(3)]

    # A second connection would have met the second behaviour.
    assert answers == [Answer(Verdict.VALID)] * 3


def test_cookies_of_the_service_are_not_kept(settings: Settings) -> None:
    with FaultyService(answering("200 OK", "Set-Cookie: track=1; Path=/\r\n")) as service:
        ask(settings, service.url)
        ask(settings, service.url)

    assert b"Cookie" not in service.requests[1]


@pytest.mark.parametrize(
    ("status", "body", "detail"),
    [
        (
            "200 OK",
            f'{{"reason": "valid", "fingerprint": "{fingerprint("another key")}"}}',
            "an answer about another key",
        ),
        (
            "200 OK",
            '{"reason": "valid", "environment": "sandbox"}',
            "a service of another environment",
        ),
        (
            "403 Forbidden",
            '{"reason": "wrong_environment", "environment": "production"}',
            "a service of another environment",
        ),
    ],
)
def test_answer_about_another_key_or_environment_is_unavailable(
    settings: Settings, status: str, body: str, detail: str
) -> None:
    with FaultyService(answering(status, JSON, body.encode())) as service:
        answer = ask(settings, service.url)

    assert answer == Answer(Verdict.UNAVAILABLE, cause=ODD, detail=detail)


def test_broken_lines_of_an_answer_reach_no_log(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    echo = saying(f"HTTP/1.1 200 OK\r\nyou sent {KEY}\r\n\r\n".encode())

    with caplog.at_level("DEBUG"), FaultyService(echo) as service:
        ask(settings, service.url)

    assert KEY not in caplog.text


def test_key_that_fits_in_no_header_is_unavailable_and_not_sent(settings: Settings) -> None:
    with FaultyService(answering("200 OK")) as service:
        answer = ask(settings, service.url, key="two\r\nlines")

    assert answer.verdict is Verdict.UNAVAILABLE
    assert service.requests == []


@pytest.mark.parametrize("key", ["ck\r\nX-Other: 1", "ck\n folded", "ck\r\n\tfolded"])
def test_key_that_would_begin_a_line_of_its_own_is_not_sent(settings: Settings, key: str) -> None:
    with FaultyService(answering("200 OK")) as service:
        answer = ask(settings, service.url, key)

    assert answer.verdict is Verdict.UNAVAILABLE
    assert service.requests == []
