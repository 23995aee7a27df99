"""The steps of Service connection, against real sockets."""

import re
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from admin_portal.preferences.instants import instant
from api_keys.store_configuration.connecting import TRACE
from tests.api_keys.store_configuration.asking import LIMIT
from tests.api_keys.store_configuration.certificates import self_signed
from tests.api_keys.store_configuration.diagnosing import (
    INVALID,
    JSON,
    VALID,
    expected,
    results,
    run,
)
from tests.api_keys.store_configuration.faulty_service import (
    Behaviour,
    FaultyService,
    answering,
    drips_a_handshake,
    drips_headers,
    hangs_up,
    never_answers,
    refused_url,
    unconnectable_url,
)
from tests.api_keys.store_configuration.names import Names

pytestmark = [pytest.mark.usefixtures("_short_limits"), pytest.mark.django_db]

NAME = "keys.example"


def test_good_key_at_a_healthy_service_passes_every_step(
    admin_client: Client, settings: Settings, stored_key: str
) -> None:
    date = f"Date: {format_datetime(datetime.now(UTC), usegmt=True)}\r\n"
    healthy = answering("200 OK", JSON + date, b'{"reason": "valid"}')

    with FaultyService(healthy) as service:
        page = run(admin_client, settings, service.url)

    way = expected("DNS", "TCP", "HTTP", "Clock", TLS="Not used", Verdict="Good")
    assert results(page) == way
    assert results(page, "sandbox") == {**way, "Verdict": "Not run"}
    assert len(re.findall(r"\d+ ms", page)) >= 7
    assert stored_key not in page


def test_key_is_sent_for_the_verdict_alone_and_every_call_has_the_run_s_id(
    admin_client: Client, settings: Settings, stored_key: str
) -> None:
    with FaultyService(VALID) as service:
        page = run(admin_client, settings, service.url)

    without, with_key, _sandbox = service.requests
    request_id = re.findall(r"[0-9a-f]{32}", page.split('id="production"')[1])[0]
    assert stored_key.encode() not in without
    assert stored_key.encode() in with_key
    assert f"X-Request-ID: {request_id}\r\n".encode() in without
    assert f"X-Request-ID: {request_id}\r\n".encode() in with_key


def test_later_calls_note_nothing_more(admin_client: Client, settings: Settings) -> None:
    with FaultyService(INVALID) as service:
        run(admin_client, settings, service.url)

    assert TRACE.get() is None


@pytest.mark.parametrize(
    ("reason", "status", "words"),
    [
        ("invalid", "401 No", "has never issued the key"),
        ("revoked", "401 No", "was deleted or rolled"),
        ("expired", "401 No", "has expired"),
        ("wrong_environment", "403 No", "belongs to another environment than Production"),
    ],
)
def test_bad_key_fails_at_the_verdict(
    admin_client: Client, settings: Settings, stored_key: str, reason: str, status: str, words: str
) -> None:
    answer = answering(status, JSON, f'{{"reason": "{reason}"}}'.encode())

    with FaultyService(answer) as service:
        page = run(admin_client, settings, service.url)

    assert results(page)["Verdict"] == "Failed"
    assert words in page
    assert "Put a good key into Stores &gt; Configuration" in page


def test_name_that_is_unknown_ends_at_dns(admin_client: Client, settings: Settings) -> None:
    page = run(admin_client, settings, f"https://{'a' * 64}.example")

    assert results(page) == expected(DNS="Failed")
    assert "No address is known for the name" in page


def test_name_that_leads_to_a_forbidden_address_ends_at_dns_and_shows_it(
    admin_client: Client, settings: Settings, names: Names
) -> None:
    names.lead(NAME, ["169.254.169.254"])

    page = run(admin_client, settings, f"https://{NAME}")

    assert results(page) == expected(DNS="Failed")
    assert "169.254.169.254 is not allowed" in page
    assert "KEY_VALIDATION_ALLOWED_NETWORKS" in page


def test_resolver_that_hangs_ends_at_dns(
    admin_client: Client, settings: Settings, names: Names
) -> None:
    over = threading.Event()
    names.lead("slow.example", lambda: [] if not over.wait(60) else ["8.8.8.8"])

    page = run(admin_client, settings, "https://slow.example")
    over.set()

    assert results(page) == expected(DNS="Failed")
    assert "The name servers did not answer in time about slow.example." in page


def test_port_where_nothing_listens_ends_at_tcp(admin_client: Client, settings: Settings) -> None:
    with refused_url() as url:
        page = run(admin_client, settings, url)

    assert results(page) == expected("DNS", TCP="Failed")
    assert "Check the port in KEY_VALIDATION_URL_PRODUCTION" in page
    assert "Check the port in KEY_VALIDATION_URL_SANDBOX" in page


def test_address_that_does_not_answer_ends_at_tcp(admin_client: Client, settings: Settings) -> None:
    with unconnectable_url() as url:
        page = run(admin_client, settings, url)

    assert results(page) == expected("DNS", TCP="Failed")
    assert "a firewall" in page


def test_certificate_is_shown(admin_client: Client, settings: Settings, tmp_path: Path) -> None:
    tls, certificate = self_signed(tmp_path)
    settings.KEY_VALIDATION_CA_BUNDLE = str(certificate)

    with FaultyService(INVALID, tls=tls) as service:
        page = run(admin_client, settings, service.url)

    assert results(page)["TLS"] == "Good"
    assert "TLSv1.3" in page
    assert "Certificate issued by 127.0.0.1" in page
    expiry = instant(datetime.now(UTC) + timedelta(days=1))
    assert f"expires on {expiry[:12]}" in page


def test_certificate_that_nobody_vouches_for_ends_at_tls(
    admin_client: Client, settings: Settings, tmp_path: Path, stored_key: str
) -> None:
    tls, _certificate = self_signed(tmp_path)

    with FaultyService(VALID, tls=tls) as service:
        page = run(admin_client, settings, service.url)

    assert results(page) == expected("DNS", "TCP", TLS="Failed")
    assert "KEY_VALIDATION_CA_BUNDLE" in page
    assert service.requests == []


def test_certificate_of_another_name_ends_at_tls(
    admin_client: Client, settings: Settings, tmp_path: Path, names: Names
) -> None:
    tls, certificate = self_signed(tmp_path, "other.example")
    settings.KEY_VALIDATION_CA_BUNDLE = str(certificate)
    settings.KEY_VALIDATION_ALLOWED_NETWORKS = [ip_network("127.0.0.1")]
    names.lead(NAME, ["127.0.0.1"])

    with FaultyService(VALID, tls=tls) as service:
        page = run(admin_client, settings, f"https://{NAME}:{service.port}")

    assert results(page) == expected("DNS", "TCP", TLS="Failed")
    assert f"The certificate is for another name than {NAME}." in page


@pytest.mark.parametrize("greeting", [never_answers, drips_a_handshake, hangs_up])
def test_handshake_that_comes_to_nothing_ends_at_tls(
    admin_client: Client, settings: Settings, greeting: Behaviour
) -> None:
    with FaultyService(VALID, greeting=greeting) as service:
        page = run(admin_client, settings, service.url.replace("http:", "https:"))

    assert results(page) == expected("DNS", "TCP", TLS="Failed")


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (drips_headers, f"was not there within {LIMIT} seconds"),
        (answering("500 No"), "it has a failure of its own"),
        (answering("429 No"), "Wait a minute"),
        (answering("302 No", "Location: https://elsewhere.example\r\n"), "Redirects are never"),
        (answering("200 OK", "Content-Type: text/html\r\n", b"<p>"), "not as a key service does"),
        (hangs_up, "broke off before the whole answer"),
    ],
)
def test_answer_that_is_none_ends_at_http(
    admin_client: Client, settings: Settings, stored_key: str, behaviour: Behaviour, words: str
) -> None:
    with FaultyService(behaviour) as service:
        page = run(admin_client, settings, service.url)

    assert results(page) == expected("DNS", "TCP", TLS="Not used", HTTP="Failed")
    assert words in page
    assert stored_key.encode() not in b"".join(service.requests)


@pytest.mark.parametrize(("minutes", "result"), [(-2, "Careful"), (2, "Careful"), (0, "Good")])
def test_clocks_that_differ_are_a_warning(
    admin_client: Client, settings: Settings, stored_key: str, minutes: int, result: str
) -> None:
    theirs = datetime.now(UTC) + timedelta(minutes=minutes)
    dated = answering("200 OK", f"Date: {format_datetime(theirs, usegmt=True)}\r\n")

    with FaultyService(dated) as service:
        page = run(admin_client, settings, service.url)

    assert results(page)["Clock"] == result
    assert results(page)["Verdict"] == "Good"


@pytest.mark.parametrize(
    "date", ["", "Date: tomorrow\r\n", f"Date: Mon, 01 Jan {'9' * 20} 00:00:00 GMT\r\n"]
)
def test_service_need_not_tell_the_time(
    admin_client: Client, settings: Settings, date: str
) -> None:
    with FaultyService(answering("401 No", date)) as service:
        page = run(admin_client, settings, service.url)

    assert results(page)["Clock"] == "Not used"


def test_proxy_is_named_without_its_password(
    admin_client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("no_proxy", raising=False)

    with FaultyService(INVALID) as proxy:
        monkeypatch.setenv("http_proxy", f"http://ada:secret@localhost:{proxy.port}")
        page = run(admin_client, settings, f"http://{NAME}")

    assert results(page)["HTTP"] == "Good"
    assert "Of the proxy localhost" in page
    assert "DNS and TCP are those of the proxy" in page
    assert "secret" not in page


def test_proxy_that_refuses_the_tunnel_ends_at_tls(
    admin_client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("no_proxy", raising=False)

    with FaultyService(answering("407 No")) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        page = run(admin_client, settings, f"https://{NAME}")

    assert results(page) == expected("DNS", "TCP", TLS="Failed")
    assert f"The proxy 127.0.0.1 did not connect this Admin to {NAME}." in page


def test_key_that_can_not_be_read_is_not_sent(
    admin_client: Client, settings: Settings, stored_key: str
) -> None:
    settings.ENCRYPTION_KEYS = ["A" * 43 + "="]

    with FaultyService(INVALID) as service:
        page = run(admin_client, settings, service.url)

    assert results(page)["Verdict"] == "Failed"
    assert "ADMIN_ENCRYPTION_KEYS" in page
    assert len(service.requests) == 2


def test_key_from_the_server_s_environment_is_mended_there(
    admin_client: Client, settings: Settings
) -> None:
    settings.LOCKED_API_KEYS = {"production": ("PRODUCTION_API_KEY", "a-key-of-another-issuer")}

    with FaultyService(INVALID) as service:
        page = run(admin_client, settings, service.url)

    assert "Put a good key into PRODUCTION_API_KEY." in page
    assert "a-key-of-another-issuer" not in page
