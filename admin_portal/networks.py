"""Where a request comes from, and which callers count as one. Both sites' own."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings


def network_of(address: str) -> str:
    """Return what one caller can change at will as one: of IPv6 that is a network of 64 bits."""
    if ":" not in address:
        return address
    if address.startswith("::ffff:") and "." in address:
        return address.removeprefix("::ffff:")  # an IPv4 caller on a socket that serves both
    try:
        return str(ip_network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address


def visitor_of(environ: Mapping[str, Any]) -> str:
    """Return the visitor's address: the peer's, or what trusted proxies say of it.

    Nothing else reads X-Forwarded-For. Each proxy adds the address it was called from at the
    end, so that the list is read from there, and only as far as trusted proxies wrote it: what
    lies further left is whatever the visitor made up.
    """
    peer: str = environ.get("REMOTE_ADDR", "")
    if not settings.TRUSTED_PROXIES:
        return peer
    address = _address(peer)
    if address is None or not _is_trusted(address):
        return peer
    return str(_visitor(address, environ.get("HTTP_X_FORWARDED_FOR", "")))


def _visitor(peer: IPv4Address | IPv6Address, forwarded: str) -> IPv4Address | IPv6Address:
    visitor = peer
    for written in reversed(forwarded.split(",")):
        address = _address(written)
        if address is None:
            break  # what a trusted proxy can't name, nobody further left can
        visitor = address
        if not _is_trusted(address):
            break
    return visitor


def _address(written: str) -> IPv4Address | IPv6Address | None:
    try:
        # What may stand behind a % is text of anybody's choice.
        address = ip_address(written.strip().partition("%")[0])
    except ValueError:
        return None
    # A socket that serves both families has IPv4 peers as ::ffff:192.0.2.1.
    return getattr(address, "ipv4_mapped", None) or address


def _is_trusted(address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in settings.TRUSTED_PROXIES)
