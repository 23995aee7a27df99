"""Whose address a request counts for, on both sites: X-Forwarded-For against the socket's."""

from ipaddress import ip_network

import pytest
from django.test import Client
from pytest_django import Settings

PROXIES = "192.0.2.10, 10.0.0.0/8, 2001:db8::/32"


def asked_from(client: Client, peer: str, forwarded: str) -> str:
    """Ask with a header that names somebody; return the address that the request counts for."""
    answer = client.get("/sign-in/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
    assert answer.status_code == 200
    return str(answer.wsgi_request.META["REMOTE_ADDR"])


@pytest.fixture
def _proxies(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = [ip_network(proxy.strip()) for proxy in PROXIES.split(",")]


def test_without_trusted_proxies_the_header_counts_for_nothing(client: Client, db: None) -> None:
    assert asked_from(client, "192.0.2.10", "203.0.113.5") == "192.0.2.10"


@pytest.mark.usefixtures("_proxies")
@pytest.mark.parametrize(
    ("peer", "forwarded", "visitor"),
    [
        ("192.0.2.10", "203.0.113.5", "203.0.113.5"),
        ("192.0.2.10", "203.0.113.5, 10.1.2.3", "203.0.113.5"),
        ("192.0.2.10", "10.9.9.9,203.0.113.5,10.1.2.3", "203.0.113.5"),
        ("192.0.2.10", "10.9.9.9, 10.1.2.3", "10.9.9.9"),
        ("::ffff:192.0.2.10", "203.0.113.5", "203.0.113.5"),
        ("2001:db8::1", "2a00::5", "2a00::5"),
    ],
)
def test_trusted_proxy_names_the_visitor(
    client: Client, db: None, peer: str, forwarded: str, visitor: str
) -> None:
    assert asked_from(client, peer, forwarded) == visitor


@pytest.mark.usefixtures("_proxies")
@pytest.mark.parametrize("forwarded", ["203.0.113.5", "10.1.2.3", "192.0.2.10", "127.0.0.1"])
def test_stranger_can_not_name_another_address(client: Client, db: None, forwarded: str) -> None:
    assert asked_from(client, "198.51.100.7", forwarded) == "198.51.100.7"


@pytest.mark.usefixtures("_proxies")
@pytest.mark.parametrize("made_up", ["127.0.0.1", "10.0.0.1", "nonsense", "203.0.113.99"])
def test_visitor_behind_a_proxy_can_not_name_another_address(
    client: Client, db: None, made_up: str
) -> None:
    assert asked_from(client, "192.0.2.10", f"{made_up}, 203.0.113.5") == "203.0.113.5"


@pytest.mark.usefixtures("_proxies")
@pytest.mark.parametrize(
    "unreadable", ["", "unknown", "_hidden", "203.0.113.5, unknown", "203.0.113.5,", "1.2.3.4:80"]
)
def test_what_a_proxy_can_not_name_leaves_its_own_address(
    client: Client, db: None, unreadable: str
) -> None:
    assert asked_from(client, "192.0.2.10", unreadable) == "192.0.2.10"
