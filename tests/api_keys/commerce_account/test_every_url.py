"""Every address of the site, asked as everybody, against a table of what each may get."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLResolver

from admin_portal.actors import NOBODY
from api_keys.commerce_account import members, urls
from api_keys.commerce_account.models import Company, Invitation, Membership, Role
from api_keys.contract import KEY_PATTERN, Environment, generate_key
from tests.api_keys.commerce_account.conftest import member_of, new_key, signed_in

pytestmark = pytest.mark.any_database

PEOPLE = ["owner", "developer", "viewer", "stranger", "signed out"]

OPEN = "200 200 200 200 200"
LEADS_ON = "302 302 302 302 302"
MISSING = "404 404 404 404 404"
NO_SUCH_METHOD = "405 405 405 405 405"
ONLY_GET = "405 405 405 405 302"
OF_MEMBERS = "200 200 200 404 302"
OF_KEY_USERS = "200 200 403 404 302"
OF_OWNERS = "200 403 403 404 302"
THEN_KEY_USERS = "302 302 403 404 302"
THEN_OWNERS = "302 403 403 404 302"
FOR_NEWCOMERS = "302 302 302 302 200"
FOR_THE_SIGNED_IN = "200 200 200 200 302"
NONE_OF_OWN = "404 404 404 404 302"

COMPANY = "my-account/<int:company_pk>/"
KEY_IN_PATH = rf"^(?:sandbox/)?gateway/.*{KEY_PATTERN.pattern}"
KEY = f"{COMPANY}api-portal/keys/<int:pk>/"

# What GET and an empty POST are answered with, in the order of PEOPLE. The stranger owns a company
# of his own. Where a member's POST is answered with 200, the form came back with its troubles.
TABLE: dict[str, tuple[str, str]] = {
    "gateway/apikeycheck": ("401 401 401 401 401", NO_SUCH_METHOD),
    "sandbox/gateway/apikeycheck": ("401 401 401 401 401", NO_SUCH_METHOD),
    KEY_IN_PATH: ("401 401 401 401 401", "401 401 401 401 401"),
    ".well-known/security.txt": (MISSING, NO_SUCH_METHOD),
    "gateway/openapi.json": (OPEN, NO_SUCH_METHOD),
    "gateway/leaks": (NO_SUCH_METHOD, "400 400 400 400 400"),
    "report-a-leaked-key/": (OPEN, OPEN),
    "problems/<slug:slug>/": (OPEN, NO_SUCH_METHOD),
    "": (LEADS_ON, LEADS_ON),
    "my-account/": (LEADS_ON, LEADS_ON),
    "my-account/api-portal/": (LEADS_ON, ONLY_GET),
    "my-account/new-company/": (FOR_THE_SIGNED_IN, FOR_THE_SIGNED_IN),
    "my-account/security/": (FOR_THE_SIGNED_IN, ONLY_GET),
    "my-account/security/password/": (FOR_THE_SIGNED_IN, FOR_THE_SIGNED_IN),
    "my-account/security/email/": (FOR_THE_SIGNED_IN, LEADS_ON),
    "my-account/security/authenticator/": (FOR_THE_SIGNED_IN, FOR_THE_SIGNED_IN),
    "my-account/security/authenticator/remove/": (NONE_OF_OWN, NONE_OF_OWN),
    "my-account/security/recovery-codes/": (NONE_OF_OWN, ONLY_GET),
    "my-account/security/recovery-codes/new/": (FOR_THE_SIGNED_IN, FOR_THE_SIGNED_IN),
    "my-account/security/recovery-codes/download/": (NONE_OF_OWN, NONE_OF_OWN),
    "my-account/security/passkeys/": (LEADS_ON, LEADS_ON),
    "my-account/security/passkeys/add/": (FOR_THE_SIGNED_IN, FOR_THE_SIGNED_IN),
    "my-account/security/passkeys/<int:pk>/rename/": (NONE_OF_OWN, NONE_OF_OWN),
    "my-account/security/passkeys/<int:pk>/remove/": (NONE_OF_OWN, NONE_OF_OWN),
    "my-account/language/": (FOR_THE_SIGNED_IN, FOR_THE_SIGNED_IN),
    "my-account/sessions/": (FOR_THE_SIGNED_IN, LEADS_ON),
    "my-account/still-you/": (FOR_THE_SIGNED_IN, FOR_THE_SIGNED_IN),
    "my-account/still-you/code/": (LEADS_ON, LEADS_ON),
    "my-account/still-you/passkey/": (LEADS_ON, LEADS_ON),
    "sign-in/second-step/": (LEADS_ON, LEADS_ON),
    "sign-in/passkey/": (LEADS_ON, LEADS_ON),
    f"{COMPANY}api-portal/": (OF_MEMBERS, OF_KEY_USERS),
    KEY: (OF_MEMBERS, ONLY_GET),
    f"{KEY}reveal/": (THEN_KEY_USERS, OF_KEY_USERS),
    f"{KEY}roll/": (OF_KEY_USERS, OF_KEY_USERS),
    f"{KEY}call-off/": (THEN_KEY_USERS, THEN_KEY_USERS),
    f"{KEY}delete/": (OF_KEY_USERS, THEN_KEY_USERS),
    f"{COMPANY}members/": (OF_MEMBERS, OF_OWNERS),
    f"{COMPANY}members/<int:pk>/role/": (THEN_OWNERS, OF_OWNERS),
    f"{COMPANY}members/<int:pk>/remove/": (OF_OWNERS, THEN_OWNERS),
    f"{COMPANY}members/leave/": (OF_MEMBERS, "302 302 302 404 302"),
    f"{COMPANY}members/invitations/<int:pk>/withdraw/": (THEN_OWNERS, THEN_OWNERS),
    f"{COMPANY}history/": (OF_MEMBERS, ONLY_GET),
    f"{COMPANY}history.csv": (OF_MEMBERS, ONLY_GET),
    "invitations/<str:token>/": ("302 302 302 200 200", "302 302 302 200 200"),
    "sign-in/": (FOR_NEWCOMERS, FOR_NEWCOMERS),
    "sign-out/": ("200 200 200 200 302", LEADS_ON),
    "create-an-account/": (FOR_NEWCOMERS, FOR_NEWCOMERS),
    "inactive/": (OPEN, NO_SUCH_METHOD),
    "confirm-email/": (OPEN, NO_SUCH_METHOD),
    r"^confirm-email/(?P<key>[-:\w]+)/$": (OPEN, MISSING),
    "forgot-password/": (OPEN, OPEN),
    "forgot-password/sent/": (OPEN, NO_SUCH_METHOD),
    r"^forgot-password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": (OPEN, OPEN),
}

# What stands in an address for what the company has.
PLACES: dict[str, Callable[[Company], str]] = {
    "api-portal/keys/<int:pk>/": lambda company: str(company.issuedkey_set.get().pk),
    "members/<int:pk>/": lambda company: str(
        Membership.objects.get(company=company, user__username="other").pk
    ),
    "members/invitations/<int:pk>/": lambda company: str(company.invitation_set.get().pk),
    "my-account/security/passkeys/": lambda company: str(
        company.members.get(username="other").authenticator_set.get().pk
    ),
}


def routes(patterns: Sequence[Any], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def address_of(route: str, company: Company) -> str:
    """Fill in what the company has."""
    for place, number_in in PLACES.items():
        if place in route:
            route = route.replace("<int:pk>", number_in(company))
    for placeholder, value in {
        "<int:company_pk>": str(company.pk),
        "<slug:slug>": "missing-key",
        "<str:token>": members.invitation_link(company.invitation_set.get()).split("/")[-2],
        KEY_IN_PATH: f"gateway/{generate_key(Environment.PRODUCTION)}",
        r"^confirm-email/(?P<key>[-:\w]+)/$": "confirm-email/nothing/",
        r"^forgot-password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "forgot-password/1-nothing/",
    }.items():
        route = route.replace(placeholder, value)
    assert "<" not in route, f"PLACES doesn't say what stands in {route}"
    return f"/{route}"


@pytest.fixture
def company(db: None) -> Company:
    return furnished("Acme Outdoor", "other@example.com")


def furnished(name: str, email: str) -> Company:
    """Make a company with one of everything."""
    company = Company.objects.create(name=name)
    other = User.objects.create_user(email.split("@")[0], email)
    Membership.objects.create(company=company, user=other, role=Role.OWNER)
    Authenticator.objects.create(user=other, type=Authenticator.Type.WEBAUTHN, data={})
    members.invite(company, "invited@example.com", Role.VIEWER, by=NOBODY)
    new_key(company)
    return company


def client_of(person: str, company: Company) -> Client:
    if person == "signed out":
        return Client()
    if person == "stranger":
        return signed_in(member_of(Company.objects.create(name="Elsewhere"), "sam"))
    return signed_in(member_of(company, person, Role(person)))


def test_every_address_stands_in_the_table() -> None:
    assert set(routes(urls.urlpatterns)) == set(TABLE)


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("route", TABLE)
def test_everybody_gets_what_the_table_says(company: Company, route: str, person: str) -> None:
    client = client_of(person, company)
    address = address_of(route, company)

    got = client.get(address).status_code, client.post(address).status_code

    column = PEOPLE.index(person)
    assert got == tuple(int(row.split()[column]) for row in TABLE[route])


@pytest.mark.parametrize("route", [route for route in TABLE if route.startswith(COMPANY)])
def test_what_another_company_has_is_as_if_it_did_not_exist(company: Company, route: str) -> None:
    stranger = client_of("stranger", company)
    own = Membership.objects.get(user__username="sam").company

    for ask in (stranger.get, stranger.post):
        there = ask(address_of(route, company))
        nowhere = ask(address_of(route, company).replace(f"/{company.pk}/", "/999999/", 1))
        assert_same(there, nowhere)
        if "<int:pk>" in route:
            mine = route.replace("<int:company_pk>", str(own.pk))
            theirs = ask(address_of(mine, company))
            nobodys = ask("/" + mine.replace("<int:pk>", "999999"))
            assert_same(theirs, nobodys)


def assert_same(there: Any, nowhere: Any) -> None:
    assert there.status_code == nowhere.status_code
    assert there.status_code in (404, 405)  # 405: whatever the address, nothing is sent there
    assert there.content == nowhere.content
    assert headers_of(there) == headers_of(nowhere)


def headers_of(answer: Any) -> dict[str, str]:
    own = {"Expires", "X-Request-ID"}  # they differ with each answer, whatever was asked
    return {name: value for name, value in answer.items() if name not in own}


@pytest.mark.parametrize("person", ["stranger", "signed out", "viewer"])
def test_nothing_of_the_company_changes_by_who_may_not(company: Company, person: str) -> None:
    client = client_of(person, company)
    before = state_of(company)

    for route in TABLE:
        if route.startswith(COMPANY) and "leave" not in route:
            client.post(address_of(route, company), {"role": "owner", "email": "x@example.com"})

    assert state_of(company) == before


def state_of(company: Company) -> list[object]:
    return [
        list(company.issuedkey_set.values()),
        list(Membership.objects.filter(company=company).values()),
        list(Invitation.objects.filter(company=company).values()),
        company.event_set.count(),
    ]
