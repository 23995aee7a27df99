"""The Admin, as served in production, but with the gate's first verification for every visit."""

from admin_portal.wsgi import application
from amazon_channel import gate
from api_keys.store_configuration.verification import KeyVerification

__all__ = ["application"]

verify_for = gate.verify_for
found: list[KeyVerification] = []


def verify_once(request: gate.VerifiedRequest) -> KeyVerification:
    if not found:
        found.append(verify_for(request))
    return found[0]


gate.verify_for = verify_once
