from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from api_keys.commerce_account.history import NOBODY, Actor
from api_keys.commerce_account.issuing import issue_key, read_key, revoke_key
from api_keys.commerce_account.models import Company, IssuedKey, Membership, Role
from api_keys.contract import Environment


def pytest_itemcollected(item: pytest.Item) -> None:
    """Called for every test in this folder: each runs on PostgreSQL, too."""
    item.add_marker("postgresql")


@pytest.fixture(autouse=True)
def _this_site(commerce_account_site: None) -> None:
    """Every test in this folder is about the Commerce account."""


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
