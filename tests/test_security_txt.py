"""Where to report a weakness, on both sites (RFC 9116)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from admin_portal.settings import base

PATH = "/.well-known/security.txt"


@pytest.fixture(params=["Commerce Admin", "Commerce account"])
def _each_site(request: pytest.FixtureRequest, db: None) -> None:
    if request.param == "Commerce account":
        request.getfixturevalue("commerce_account_site")


@pytest.mark.usefixtures("_each_site")
def test_it_has_every_field_that_the_rfc_asks_for(client: Client, settings: Settings) -> None:
    settings.SECURITY_CONTACT = "mailto:security@example.com"

    answer = client.get(PATH)

    lines = answer.text.removesuffix("\r\n").split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines)
    expires = datetime.fromisoformat(fields.pop("Expires"))
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert fields == {
        "Contact": "mailto:security@example.com",
        "Preferred-Languages": "en, ja",
        "Canonical": f"{settings.SITE_URL}{PATH}",
    }
    assert timedelta(days=100) < expires - datetime.now(UTC) < timedelta(days=365)


@pytest.mark.usefixtures("_each_site")
def test_without_a_contact_there_is_none(client: Client) -> None:
    assert client.get(PATH).status_code == 404


@pytest.mark.parametrize(
    ("given", "contact"),
    [
        ("", ""),
        ("security@example.com", "mailto:security@example.com"),
        ("mailto:security@example.com", "mailto:security@example.com"),
        (" https://example.com/security ", "https://example.com/security"),
        ("tel:+81-3-1234-5678", "tel:+81-3-1234-5678"),
    ],
)
def test_a_contact_is_an_address(monkeypatch: pytest.MonkeyPatch, given: str, contact: str) -> None:
    monkeypatch.setenv("SECURITY_CONTACT", given)

    assert base.contact("SECURITY_CONTACT") == contact
