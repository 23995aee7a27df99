"""The steps of Service connection until the service is spoken to: DNS, TCP, TLS, proxies."""

import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from admin_portal.preferences.instants import instant
from tests.api_keys.store_configuration.certificates import self_signed
from tests.api_keys.store_configuration.diagnosing import (
    INVALID,
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
    hangs_up,
    never_answers,
    refused_url,
    unconnectable_url,
)
from tests.api_keys.store_configuration.names import Names

pytestmark = [pytest.mark.usefixtures("_short_limits"), pytest.mark.django_db]

NAME = "keys.example"


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
