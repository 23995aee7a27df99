"""What the Commerce account shows: every text is marked, what the libraries say translated."""

from collections.abc import Iterator

import pytest
from django.test import Client

from api_keys.commerce_account.models import Company, Role
from tests import pseudo
from tests.api_keys.commerce_account.conftest import member_of, signed_in
from tests.api_keys.commerce_account.test_every_url import TABLE, address_of, furnished

pytestmark = pytest.mark.any_database

NAMES = ("mia", "Acme Outdoor", "English", "Amazon Sales Channel")


@pytest.fixture(autouse=True)
def asked_for() -> Iterator[set[str]]:
    with pseudo.speaking() as asked_for:
        yield asked_for


@pytest.fixture
def company(db: None) -> Company:
    return furnished("Acme Outdoor", "other@example.com")


def paths_of(company: Company) -> list[str]:
    return [address_of(route, company) for route in TABLE if "gateway" not in route]


def test_every_page_and_every_refused_form(company: Company, asked_for: set[str]) -> None:
    client = signed_in(member_of(company, "mia", Role.OWNER))

    found = pseudo.walk(client, paths_of(company), *NAMES)

    assert found == {}
    assert pseudo.not_translated(asked_for) == set()


def test_before_signing_in(company: Company, asked_for: set[str]) -> None:
    found = pseudo.walk(Client(), paths_of(company), *NAMES)

    assert found == {}
    assert pseudo.not_translated(asked_for) == set()
