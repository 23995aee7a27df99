import pytest
from django.contrib.auth.models import User
from django.test import Client

from api_keys.commerce_account.issuing import issue_key
from api_keys.commerce_account.models import Company, IssuedKey, Membership
from api_keys.contract import Environment


@pytest.fixture(autouse=True)
def _this_site(commerce_account_site: None) -> None:
    """Every test in this folder is about the Commerce account."""


def member_of(company: Company, name: str) -> User:
    email = f"{name}@example.com"
    user = User.objects.create_user(name, email, f"{name}'s own password")
    Membership.objects.create(company=company, user=user)
    return user


@pytest.fixture
def company(db: None) -> Company:
    return Company.objects.create(name="Acme Outdoor")


@pytest.fixture
def member(company: Company) -> User:
    return member_of(company, "mia")


@pytest.fixture
def member_client(member: User) -> Client:
    client = Client()
    client.force_login(member)
    return client


@pytest.fixture
def stranger_client(db: None) -> Client:
    client = Client()
    client.force_login(member_of(Company.objects.create(name="Elsewhere"), "sam"))
    return client


@pytest.fixture
def issued(company: Company, member: User) -> tuple[IssuedKey, str]:
    """A production key without expiry, and its row."""
    return issue_key(
        company, Environment.PRODUCTION, "Amazon Sales Channel", actor=member, expires_at=None
    )
