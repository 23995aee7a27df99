"""Which callers count as one. Both sites' own."""

from ipaddress import ip_network


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
