"""Which addresses the client may connect to: those of the internet, and those that are allowed.

A host name is somebody else's to point: without these rules, whoever holds the key service's name
could have us send the key to a machine of the inner network, or to a cloud's metadata service.
"""

import functools
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from urllib3.util import parse_url

Address = IPv4Address | IPv6Address

_GLOBAL_UNICAST = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")
_NOT_FOR_US = [
    # What Python, whose lists differ by version, takes for the internet.
    ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure's own service inside each of its machines
        "192.0.0.0/24",  # protocols of networks; a cloud's metadata, at Oracle's
        "192.88.99.0/24",  # relays to 6to4
        "224.0.0.0/4",  # multicast
        "3fff::/20",  # documentation
    )
]


class ForbiddenAddressError(OSError):
    """The name leads to addresses that we must not connect to, and to no other."""


def is_allowed(address: Address, host: str) -> bool:
    """Tell whether we may connect to `address`, which we found for the configured `host`."""
    carried = _carried_by(address)
    if is_loopback_host(host):
        return carried.is_loopback
    listed = settings.KEY_VALIDATION_ALLOWED_NETWORKS
    return _is_public(carried) or any(address in net or carried in net for net in listed)


def is_loopback(url: str) -> bool:
    """Tell whether `url` leads to this very machine, by the parser that will connect to it.

    Raises ValueError when it can't be parsed.
    """
    return is_loopback_host(parse_url(url).host or "")


def is_loopback_host(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_forbidden_literal(url: str) -> bool:
    """Tell whether `url` has, instead of a name, an address that we must not connect to."""
    host, address = _host_in(url)
    return address is not None and not is_allowed(address, host)


@functools.lru_cache(maxsize=16)
def _host_in(url: str) -> tuple[str, Address | None]:
    host = parse_url(url).host or ""
    return host, literal(
        host.rstrip(".")
    )  # with a dot behind it, it is a name to us, if not to all


def literal(host: str) -> Address | None:
    """Return the address that `host` spells, in any way that a resolver reads; None for a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))  # as in 127.1, 0x7f000001 and 2130706433
    except OSError:
        return None


def _carried_by(address: Address) -> Address:
    """Return the IPv4 address to which packets for this IPv6 address go in the end, or itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_public(address: Address) -> bool:
    if address.version == 6 and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not any(address in network for network in _NOT_FOR_US)
