"""What people do on the Commerce account, by its forms."""

import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.models import User
from django.test import Client

PORTAL = "/my-account/api-portal/"
EMAIL = "mia@example.com"
PASSWORD = "mia's own password"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def sign_in(client: Client, email: str = EMAIL, password: str = PASSWORD) -> Any:
    return client.post("/sign-in/", {"login": email, "password": password}, follow=True)


def use_totp(user: User) -> Authenticator:
    """Have `user` set up an authenticator app with `SECRET`."""
    return TOTP.activate(user, SECRET).instance


def totp_code(secret: str = SECRET) -> str:
    """Return what an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def is_signed_in(client: Client) -> bool:
    return bool(client.get("/my-account/security/").status_code == 200)
