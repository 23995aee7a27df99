"""Keys that come from the server's environment: they count, and the database never has them."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from api_keys.contract import Environment, Verdict, fingerprint, generate_key
from api_keys.store_configuration.held_keys import held_key, held_keys
from api_keys.store_configuration.models import LastVerification, StoredKey
from api_keys.store_configuration.verification import Occasion, verify_stored_key
from tests.conftest import KeyService

pytestmark = pytest.mark.postgresql

URL = "/stores/configuration/services/magento-services/"
PRODUCTION = Environment.PRODUCTION
FILE = "PRODUCTION_API_KEY_FILE"


@pytest.fixture
def locked_key(settings: Settings) -> str:
    key = generate_key(PRODUCTION)
    settings.LOCKED_API_KEYS = {PRODUCTION: (FILE, f'"{key}"')}
    return key


def test_locked_key_goes_before_the_stored_one(stored_key: str, locked_key: str) -> None:
    held = held_key(PRODUCTION)

    assert held is not None
    assert (held.open(), held.fingerprint) == (locked_key, fingerprint(locked_key))
    assert held_keys() == {PRODUCTION: held, Environment.SANDBOX: None}
    assert locked_key not in repr(held)


def test_locked_key_opens_the_channel(
    admin_client: Client, locked_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID)

    page = admin_client.get("/marketing/amazon-sales-channel/")

    assert page.status_code == 200
    assert key_service.keys_seen == [locked_key]
    assert LastVerification.objects.get().fingerprint == fingerprint(locked_key)


def test_page_says_where_a_locked_key_comes_from(
    admin_client: Client, locked_key: str, key_service: KeyService
) -> None:
    page = admin_client.get(URL).text

    assert FILE in page
    assert fingerprint(locked_key) in page
    assert locked_key not in page
    assert "/remove/production/" not in page


def test_what_is_sent_for_a_locked_key_is_not_stored(
    admin_client: Client, locked_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID)
    sandbox = generate_key(Environment.SANDBOX)
    sent = {"production_api_key": generate_key(PRODUCTION), "sandbox_api_key": sandbox}

    page = admin_client.post(URL, sent, follow=True).text

    assert "You saved the configuration." in page
    assert [key.environment for key in StoredKey.objects.all()] == ["sandbox"]
    assert sorted(key_service.keys_seen) == sorted([locked_key, sandbox])


def test_locked_key_that_does_not_work_is_not_said_to_be_saved(
    admin_client: Client, locked_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.REVOKED, (503, {}, ""))

    revoked = admin_client.post(URL, follow=True).text
    unavailable = admin_client.post(URL, follow=True).text

    assert "The Production Api Key does not work." in revoked
    assert "The Production Api Key is not verified" in unavailable
    assert "is saved" not in revoked + unavailable


def test_locked_key_can_t_be_removed(
    admin_client: Client, stored_key: str, locked_key: str
) -> None:
    page = admin_client.post(f"{URL}remove/production/", {"seen": fingerprint(stored_key)})

    assert page.status_code == 404
    assert StoredKey.objects.count() == 1


def test_locked_key_can_t_be_stored_by_script(
    db: None, locked_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(generate_key(PRODUCTION)))

    with pytest.raises(CommandError, match=FILE):
        call_command("store_api_key")

    assert not StoredKey.objects.exists()


@pytest.mark.parametrize(
    "broken", ["ck_production_cut", "two words", "schl\u00fcssel", "k" * 513, "''"]
)
def test_malformed_locked_key_is_called_so_without_a_call(
    db: None, settings: Settings, key_service: KeyService, broken: str
) -> None:
    settings.LOCKED_API_KEYS = {PRODUCTION: ("PRODUCTION_API_KEY", broken)}

    found = verify_stored_key(PRODUCTION, Occasion.JOB)

    assert found.verdict is Verdict.MALFORMED
    assert key_service.keys_seen == []


def test_key_of_another_issuer_s_shape_is_asked_about(
    db: None, settings: Settings, key_service: KeyService
) -> None:
    settings.LOCKED_API_KEYS = {PRODUCTION: ("PRODUCTION_API_KEY", "3f6c1c9e5d2b4a7f")}
    key_service.answers(Verdict.VALID)

    found = verify_stored_key(PRODUCTION, Occasion.JOB)

    assert found.verdict is Verdict.VALID
