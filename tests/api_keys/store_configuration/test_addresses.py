"""Which addresses the Admin may call."""

from ipaddress import ip_address, ip_network

import pytest
from pytest_django import Settings

from api_keys.store_configuration.addresses import is_allowed, is_forbidden_literal, is_loopback

SERVICE = "keys.example"
INTERNET = ["8.8.8.8", "2600:1901::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
FORBIDDEN = [
    "127.0.0.1",
    "127.255.0.1",
    "::1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "fd00:ec2::254",
    "168.63.129.16",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.192",
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.7",
    "0.0.0.0",  # noqa: S104  (nothing is bound to it)
    "0.1.2.3",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fc00::1",
    "ff02::1",
    "ff0e::1",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.1.2.3",
    "::ffff:169.254.169.254",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808",
    "2001:0:53aa:64c:0:0:80ff:fffe",
]


@pytest.mark.parametrize("address", INTERNET)
def test_addresses_of_the_internet_are_allowed(address: str) -> None:
    assert is_allowed(ip_address(address), SERVICE)


@pytest.mark.parametrize("address", FORBIDDEN)
def test_all_others_are_forbidden(address: str) -> None:
    assert not is_allowed(ip_address(address), SERVICE)


@pytest.mark.parametrize(
    ("network", "address"),
    [
        ("10.0.0.0/8", "10.1.2.3"),
        ("10.0.0.0/8", "::ffff:10.1.2.3"),
        ("10.0.0.0/8", "64:ff9b::a01:203"),
        ("fd00::/8", "fd00:ec2::254"),
        ("64:ff9b:1::/48", "64:ff9b:1::808:808"),
    ],
)
def test_listed_networks_are_allowed(settings: Settings, network: str, address: str) -> None:
    settings.KEY_VALIDATION_ALLOWED_NETWORKS = [ip_network("192.168.7.0/24"), ip_network(network)]

    assert is_allowed(ip_address(address), SERVICE)
    assert not is_allowed(ip_address("169.254.169.254"), SERVICE)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "::1", "localhost"])
def test_this_machine_by_name_leads_to_this_machine_only(settings: Settings, host: str) -> None:
    settings.KEY_VALIDATION_ALLOWED_NETWORKS = [ip_network("10.0.0.0/8")]

    assert is_allowed(ip_address("127.0.0.1"), host)
    assert is_allowed(ip_address("::1"), host)
    assert not is_allowed(ip_address("10.1.2.3"), host)
    assert not is_allowed(ip_address("8.8.8.8"), host)


@pytest.mark.parametrize(
    "url",
    [
        "https://169.254.169.254/latest",
        "https://[fd00:ec2::254]",
        "https://[::ffff:127.0.0.1]:8001",
        "https://[::]:8001",
        "https://0",
        "https://127.1",
        "https://0x7f000001",
        "https://2130706433",
        "https://0251.0376.0251.0376",
        "https://[fe80::1%25eth0]",
        "https://169.254.169.254.",
    ],
)
def test_forbidden_address_is_known_however_it_is_written(url: str) -> None:
    assert is_forbidden_literal(url)


@pytest.mark.parametrize(
    "url",
    ["https://keys.example", "https://8.8.8.8", "http://127.0.0.1:8001", "http://[::1]"],
)
def test_other_urls_are_not_forbidden_by_how_they_are_written(url: str) -> None:
    assert not is_forbidden_literal(url)


def test_name_that_begins_like_this_machine_is_not_this_machine() -> None:
    assert not is_loopback("http://localhost.example")
    assert not is_loopback("http://127.0.0.1.example")
