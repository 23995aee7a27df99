"""Second factors, for the tests of both sites."""

import json
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.models import User
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def use_totp(user: User) -> Authenticator:
    """Have `user` set up an authenticator app with `SECRET`."""
    return TOTP.activate(user, SECRET).instance


def totp_code(secret: str = SECRET) -> str:
    """Return what an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def add_passkey(user: User, name: str = "Phone") -> Authenticator:
    """Give `user` a passkey as the library keeps it, whose private half is thrown away."""
    pair = ec.generate_private_key(ec.SECP256R1())
    public_key = ES256.from_cryptography_key(pair.public_key())  # type: ignore[no-untyped-call]  # theirs
    credential = AttestedCredentialData.create(Aaguid.NONE, b"a passkey", public_key)
    data = AuthenticatorData.create(b"0" * 32, AuthenticatorData.FLAG(0x45), 0, credential)
    made = {"type": "webauthn.create", "challenge": "AA", "origin": "http://localhost"}
    said = {
        "id": websafe_encode(b"a passkey"),
        "rawId": websafe_encode(b"a passkey"),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(json.dumps(made).encode()),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        },
    }
    kept = {"name": name, "credential": said}
    passkey: Authenticator = Authenticator.objects.create(user=user, type="webauthn", data=kept)
    return passkey
