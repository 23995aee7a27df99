from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.dispatch import receiver
from django.template import Template
from django.test import Client
from django.test.signals import setting_changed, template_rendered

from admin_portal.actors import NOBODY, Actor
from admin_portal.settings.base import BASE_DIR
from api_keys.commerce_account import limits, usage
from api_keys.commerce_account.issuing import issue_key, read_key, revoke_key
from api_keys.commerce_account.models import Company, IssuedKey, Membership, Role
from api_keys.contract import Environment
from tests.api_keys.commerce_account.gateway_client import GatewayClient
from tests.api_keys.commerce_account.notices import DEVELOPER, OWNER, VIEWER
from tests.api_keys.commerce_account.people import sign_in


def pytest_itemcollected(item: pytest.Item) -> None:
    """Called for every test in this folder: each runs on PostgreSQL, too, unless it says no."""
    if not item.get_closest_marker("any_database"):
        item.add_marker("postgresql")


@pytest.fixture(autouse=True, scope="module")
def _this_site(commerce_account_module: None) -> None:
    """Every test in this folder is about the Commerce account."""


@pytest.fixture(autouse=True)
def _only_our_templates() -> Iterator[None]:
    """Whatever a test renders, pages and mails alike, comes out of our own folder."""
    foreign: set[str] = set()

    def look(template: Template, **kwargs: Any) -> None:
        file = str(template.origin.name)
        if not file.startswith((str(BASE_DIR / "templates"), "<")) and "/django/forms/" not in file:
            foreign.add(file)

    template_rendered.connect(look)
    yield
    template_rendered.disconnect(look)
    assert foreign == set()


def member_of(company: Company, name: str, role: Role = Role.OWNER) -> User:
    """Make a person, called `name`, whose password is "`name`'s own password"."""
    email = f"{name}@example.com"
    user = User.objects.create_user(name, email, f"{name}'s own password")
    Membership.objects.create(company=company, user=user, role=role)
    return user


def signed_in(user: User) -> Client:
    """Sign in as a person does, so that a password was given just now."""
    client = Client()
    client.post("/sign-in/", {"login": user.email, "password": f"{user.username}'s own password"})
    return client


def new_key(
    company: Company,
    description: str = "Amazon Sales Channel",
    *,
    environment: Environment = Environment.PRODUCTION,
    expires_at: datetime | None = None,
    by: User | None = None,
) -> tuple[IssuedKey, str]:
    """Return the row of a new key, and the key itself."""
    actor = Actor(by, "127.0.0.1")
    issued = issue_key(company, environment, description, by=actor, expires_at=expires_at)
    return issued, read_key(issued)


def delete(issued: IssuedKey) -> None:
    assert revoke_key(issued, by=NOBODY)


@pytest.fixture
def client() -> Client:
    """Ask as through the server: checks take their own way in."""
    return GatewayClient()


@pytest.fixture
def company(db: None) -> Company:
    return Company.objects.create(name="Acme Outdoor")


@pytest.fixture
def member(company: Company) -> User:
    return member_of(company, "mia")


@pytest.fixture
def member_client(member: User) -> Client:
    return signed_in(member)


@pytest.fixture
def stranger_client(db: None) -> Client:
    return signed_in(member_of(Company.objects.create(name="Elsewhere"), "sam"))


@pytest.fixture
def issued(company: Company, member: User) -> tuple[IssuedKey, str]:
    """A production key without expiry, and its row."""
    return new_key(company, by=member)


@receiver(setting_changed)
def _read_limits_anew(**kwargs: Any) -> None:
    limits.forget_settings()


@pytest.fixture(autouse=True)
def _nothing_counted(_this_site: None) -> None:
    """Limits and uses are counted in memory, which one test must not leave to the next."""
    limits.forget()
    usage.forget()


@pytest.fixture
def people(company: Company, member: User) -> dict[str, User]:
    """An owner, a developer, a viewer, and a developer whose account is blocked."""
    blocked = member_of(company, "bob", Role.DEVELOPER)
    User.objects.filter(pk=blocked.pk).update(is_active=False)
    return {
        OWNER: member,
        DEVELOPER: member_of(company, "dev", Role.DEVELOPER),
        VIEWER: member_of(company, "val", Role.VIEWER),
    }


@pytest.fixture
def mia(member: User) -> Client:
    """A browser in which Mia has just signed in by her password."""
    client = Client()
    sign_in(client)
    return client


@pytest.fixture
def viewer_client(company: Company) -> Client:
    client = Client()
    client.force_login(member_of(company, "vic", Role.VIEWER))
    return client
