"""What people type, however odd: kept as it is, shown as text, refused with a message."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.html import escape

from admin_portal.actors import NOBODY, Actor
from api_keys.commerce_account import members
from api_keys.commerce_account.models import Company, Invitation, Role
from tests.api_keys.commerce_account.conftest import member_of, new_key, signed_in

pytestmark = pytest.mark.any_database

SIGN_UP = "/create-an-account/"
XSS = "<script>alert('x')</script>"
RIGHT_TO_LEFT = "moc.elpmaxe\u202egnp.exe"
SHOWN = [
    XSS,
    '"><img src=x onerror=alert(1)>',
    RIGHT_TO_LEFT,
    "😀 👩‍🚀",
    "{{ 7|add:7 }} %s %(x)s",
    "日本",
]
REFUSED = {
    "x" * 10_000: "characters (it has 10000)",
    "a\0b": "Null characters are not allowed.",
    "a\nb": "Use a single line",
    "a\r\nBcc: eve@example.com": "Use a single line",
}


def sign_up(client: Client, **data: str) -> str:
    complete = {
        "name": "Nia",
        "company": "Newcomer Ltd",
        "email": "nia@example.com",
        "password1": "a long enough pass phrase",
    }
    return client.post(SIGN_UP, {**complete, **data}).text


def pages_of(company: Company, client: Client) -> dict[str, str]:
    """Return every page of the company that shows what people typed."""
    frame = f"/my-account/{company.pk}/"
    key = company.issuedkey_set.get()
    paths = ["api-portal/", f"api-portal/keys/{key.pk}/", "members/", "members/leave/", "history/"]
    return {path: client.get(frame + path).text for path in paths}


@pytest.mark.parametrize("text", SHOWN)
def test_odd_names_are_shown_as_text_on_every_page(client: Client, db: None, text: str) -> None:
    sign_up(client, name=text, company=text)
    user = User.objects.get()
    company = Company.objects.get()
    new_key(company, text)

    pages = pages_of(company, client)

    assert (user.first_name, company.name) == (text, text)
    assert all(escape(text) in page for page in pages.values())
    for page in pages.values():
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_name_that_turns_the_writing_round_is_kept_apart_from_what_follows(
    client: Client, db: None
) -> None:
    sign_up(client, name=RIGHT_TO_LEFT, company=RIGHT_TO_LEFT)
    company = Company.objects.get()
    new_key(company, RIGHT_TO_LEFT)
    members.create_company(RIGHT_TO_LEFT, by=Actor(User.objects.get()))

    pages = pages_of(company, client)
    link = members.invitation_link(
        members.invite(company, "eve@example.com", Role.VIEWER, by=NOBODY)
    )
    pages["invitation"] = Client().get("/invitations/" + link.split("/")[-2] + "/").text

    for path, page in pages.items():
        body = page.split("<body>")[1]
        loose = re.sub(r"<bdi>[^<]*</bdi>|<title>[^<]*</title>", "", body)
        loose = re.sub(r'<span hidden [^>]*>[^<]*</span>|value="[^"]*"', "", loose)
        assert "\u202e" not in loose, path


@pytest.mark.parametrize("field", ["name", "company"])
@pytest.mark.parametrize("text", REFUSED)
def test_bad_names_are_refused_at_the_door_and_kept(
    client: Client, db: None, field: str, text: str
) -> None:
    page = sign_up(client, **{field: text})

    assert REFUSED[text] in page
    assert escape(text) in page
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "email",
    [
        "nia@example.com\0",
        "nia@example.com\nBcc: eve@example.com",
        "n" * 10_000 + "@example.com",
        f"{XSS}@example.com",
        "nia\u202e@example.com",
        "😀@example.com",
        "nia@exam\u202eple.com",
    ],
)
def test_bad_address_is_refused_at_the_door_and_on_the_members_page(
    member_client: Client, company: Company, email: str
) -> None:
    refused = [
        sign_up(Client(), email=email),
        member_client.post(
            f"/my-account/{company.pk}/members/", {"email": email, "role": "viewer"}
        ).text,
    ]

    for page in refused:
        assert 'class="errorlist"' in page
        assert escape(email.strip()) in page
    assert not User.objects.exclude(username="mia").exists()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("text", [*SHOWN, "x" * 200, "100%", "\\", "'; DROP TABLE x; --"])
def test_odd_searches_find_nothing_and_stay_in_their_field(
    member_client: Client, company: Company, text: str
) -> None:
    history = member_client.get(f"/my-account/{company.pk}/history/", {"person": text})
    keys = member_client.get(f"/my-account/{company.pk}/api-portal/", {"q": text})

    for page in (history, keys):
        assert page.status_code == 200
        assert f'value="{escape(text)}"' in page.text
        assert "<script>alert" not in page.text


@pytest.mark.parametrize("text", ["a\0b", "x" * 10_000])
def test_searches_that_no_database_takes_do_no_harm(
    member_client: Client, company: Company, text: str
) -> None:
    for path, field in (("history/", "person"), ("api-portal/", "q")):
        page = member_client.get(f"/my-account/{company.pk}/{path}", {field: text})

        assert page.status_code == 200


def test_signed_in_person_s_odd_name_stays_out_of_the_history_s_csv(company: Company) -> None:
    mia = member_of(company, "mia")
    members.create_company("=1+1", by=Actor(mia))
    client = signed_in(mia)

    answer: Any = client.get(f"/my-account/{Company.objects.get(name='=1+1').pk}/history.csv")

    assert '"\'=1+1"' in b"".join(answer.streaming_content).decode()
