"""What people do on the Commerce account, by its forms."""

from typing import Any

from django.test import Client

PORTAL = "/my-account/api-portal/"
EMAIL = "mia@example.com"
PASSWORD = "mia's own password"


def sign_in(client: Client, email: str = EMAIL, password: str = PASSWORD) -> Any:
    return client.post("/sign-in/", {"login": email, "password": password}, follow=True)


def is_signed_in(client: Client) -> bool:
    return bool(client.get("/my-account/security/").status_code == 200)
