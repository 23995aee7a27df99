"""What people, and those who mean harm, put into the fields of their account."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client
from django.utils.html import escape

from tests.api_keys.commerce_account.people import sign_in
from tests.api_keys.commerce_account.test_creating_an_account import NEWCOMER
from tests.second_factors import add_passkey, use_totp

SECURITY = "/my-account/security/"
XSS = "<script>alert(1)</script>"
OVERRIDE = "ab\N{RIGHT-TO-LEFT OVERRIDE}cd"
EMOJI = "Nia 🦊"
LONG = "x" * 10_000
NULL = "a\0b"


@pytest.fixture
def mia(client: Client, member: User) -> Client:
    sign_in(client)
    return client


@pytest.fixture
def passkey(member: User) -> Authenticator:
    return add_passkey(member)


@pytest.mark.parametrize("text", [XSS, OVERRIDE, EMOJI])
def test_name_of_a_passkey_is_kept_and_shown_safely(
    mia: Client, passkey: Authenticator, text: str
) -> None:
    page = mia.post(f"{SECURITY}passkeys/{passkey.pk}/rename/", {"name": text}, follow=True)

    assert f">{escape(text)}</bdi>" in page.text
    assert XSS not in page.text


@pytest.mark.parametrize(
    ("text", "message"),
    [(LONG, "at most 100 characters"), (NULL, "Null characters"), (" ", "This field is required.")],
)
def test_bad_name_of_a_passkey_is_refused_and_kept_in_the_field(
    mia: Client, passkey: Authenticator, text: str, message: str
) -> None:
    page = mia.post(f"{SECURITY}passkeys/{passkey.pk}/rename/", {"name": text})

    passkey.refresh_from_db()
    assert message in page.text
    assert "aria-invalid" in page.text
    assert f'value="{text.strip()}"' in page.text or text == " "
    assert passkey.data["name"] == "Phone"


@pytest.mark.parametrize("text", [XSS, EMOJI, LONG, NULL, f"{LONG}@example.com", "a@" + "b" * 253])
@pytest.mark.parametrize(
    ("path", "form", "field"),
    [
        (f"{SECURITY}email/", {"action_add": ""}, "email"),
        ("/create-an-account/", NEWCOMER, "email"),
        ("/forgot-password/", {}, "email"),
        ("/sign-in/", {"password": "any password"}, "login"),
    ],
)
def test_bad_address_is_refused_beside_the_field(
    mia: Client, path: str, form: dict[str, str], field: str, text: str
) -> None:
    visitor = mia if path.startswith(SECURITY) else Client()

    page = visitor.post(path, {**form, field: text})

    assert page.status_code == 200
    assert "aria-invalid" in page.text
    assert 'class="errorlist' in page.text
    assert XSS not in page.text
    assert "any password" not in page.text


@pytest.mark.parametrize("length", [254, 255, 300])
def test_address_is_as_long_as_the_database_holds(mia: Client, member: User, length: int) -> None:
    address = "a" * (length - len("@example.com")) + "@example.com"

    mia.post(f"{SECURITY}email/", {"email": address, "action_add": ""})

    assert member.emailaddress_set.filter(email=address).exists() is (length == 254)


@pytest.mark.parametrize("text", [XSS, OVERRIDE, EMOJI, LONG, NULL, "१२३४५६"])
@pytest.mark.parametrize("path", ["/sign-in/second-step/", f"{SECURITY}authenticator/"])
def test_bad_code_is_refused_beside_the_field(
    client: Client, member: User, path: str, text: str
) -> None:
    if "second-step" in path:
        use_totp(member)
    sign_in(client)
    client.get(path)

    page = client.post(path, {"code": text})

    assert "aria-invalid" in page.text
    assert XSS not in page.text


@pytest.mark.parametrize("text", [XSS, OVERRIDE, EMOJI])
def test_name_of_a_person_is_kept(client: Client, db: None, text: str) -> None:
    page = client.post("/create-an-account/", {**NEWCOMER, "name": text}, follow=True)

    assert User.objects.get().first_name == text
    assert XSS not in page.text


@pytest.mark.parametrize("text", [LONG, NULL])
def test_bad_name_of_a_person_is_refused(client: Client, db: None, text: str) -> None:
    page = client.post("/create-an-account/", {**NEWCOMER, "name": text})

    assert "aria-invalid" in page.text
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        "",
        "{",
        "5",
        "null",
        "[]",
        "{}",
        '"text"',
        "[" * 100_000,
        '{"id": 5}',
        '{"response": 5}',
        '{"response": {"userHandle": 7}}',
        json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}),
        json.dumps(
            {
                "id": "AA",
                "rawId": "AA",
                "type": "public-key",
                "response": {
                    "clientDataJSON": "AA",
                    "authenticatorData": "AA",
                    "signature": "AA",
                    "userHandle": "MQ",
                    "attestationObject": "AA",
                },
            }
        ),
    ],
)
@pytest.mark.parametrize(
    "path",
    ["/sign-in/passkey/", "/my-account/still-you/passkey/", f"{SECURITY}passkeys/add/"],
)
def test_nonsense_for_a_passkey_is_refused(
    mia: Client, passkey: Authenticator, path: str, said: str
) -> None:
    visitor = Client() if path == "/sign-in/passkey/" else mia

    page = visitor.post(path, {"credential": said}, follow=True)

    assert page.status_code == 200
    assert Authenticator.objects.count() == 1
