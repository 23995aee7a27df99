import pytest
from django.test import Client

from api_keys.contract import Environment, fingerprint
from api_keys.store_configuration.models import StoredKey

URL = "/stores/configuration/services/magento-services/remove/production/"


def test_removing_asks_first(admin_client: Client, stored_key: str) -> None:
    page = admin_client.get(URL)

    assert "Remove the Production Api Key?" in page.text
    assert fingerprint(stored_key) in page.text
    assert StoredKey.objects.count() == 1


def test_confirmed_removal_takes_the_key_away(admin_client: Client, stored_key: str) -> None:
    page = admin_client.post(URL, {"seen": fingerprint(stored_key)}, follow=True)

    assert "The Production Api Key was removed." in page.text
    assert StoredKey.objects.of(Environment.PRODUCTION) is None


@pytest.mark.parametrize("data", [{}, {"seen": "0000-0000-0000"}])
def test_key_that_was_not_seen_is_not_removed(
    admin_client: Client, stored_key: str, data: dict[str, str]
) -> None:
    page = admin_client.post(URL, data)

    assert "stored another Production Api Key" in page.text
    assert StoredKey.objects.count() == 1


def test_removing_nothing_says_so(admin_client: Client) -> None:
    page = admin_client.post(URL, follow=True)

    assert "No Production Api Key is stored." in page.text


def test_unknown_environment_is_no_page(admin_client: Client) -> None:
    assert admin_client.get(URL.replace("production", "moon")).status_code == 404
