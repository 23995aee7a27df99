"""The environment that the channel is set to: which key it uses, and what its pages say of it."""

import pytest
from django.test import Client

from api_keys.contract import Environment, Verdict, generate_key
from api_keys.store_configuration.models import GlobalSettings
from tests.conftest import KeyService, client_with

CHANNEL = "/marketing/amazon-sales-channel/"
API_KEYS = "/stores/configuration/services/magento-services/"
URL = "/stores/configuration/sales-channels/global-settings/"
STRIP = "<strong>Sandbox:</strong>"

pytestmark = pytest.mark.postgresql


@pytest.fixture
def in_sandbox(db: None) -> None:
    GlobalSettings.objects.create(environment=Environment.SANDBOX)


def test_channel_works_with_the_key_of_the_environment(
    admin_client: Client,
    in_sandbox: None,
    stored_key: str,
    sandbox_key: str,
    key_service: KeyService,
) -> None:
    key_service.answers(Verdict.VALID)

    page = admin_client.get(CHANNEL)

    assert page.status_code == 200
    assert key_service.keys_seen == [sandbox_key]
    assert key_service.urls_seen == ["http://127.0.0.1:8001/sandbox/gateway/apikeycheck"]


def test_in_sandbox_every_page_of_the_channel_says_so(
    admin_client: Client, in_sandbox: None, sandbox_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.REVOKED, (503, {}, ""), Verdict.VALID)

    pages = [
        admin_client.get(CHANNEL + "welcome/"),
        admin_client.get(CHANNEL),
        admin_client.get(CHANNEL),
        admin_client.get("/help/amazon-sales-channel/"),
    ]

    assert [page.status_code for page in pages] == [200, 503, 200, 200]
    assert all(STRIP in page.text for page in pages)
    assert all(f'href="{URL}">Global Settings' in page.text for page in pages)
    assert "as Sandbox Api Key" in pages[0].text
    assert "Production" not in "".join(page.text for page in pages)


def test_who_may_not_see_the_settings_is_not_led_there(
    in_sandbox: None, sandbox_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID)

    page = client_with("open_channel").get(CHANNEL).text

    assert STRIP in page
    assert URL not in page


def test_in_production_no_page_speaks_of_the_sandbox(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID)

    assert all(STRIP not in admin_client.get(path).text for path in (CHANNEL, "/"))


@pytest.mark.parametrize("environment", Environment)
def test_configuration_leads_on_from_the_key_that_the_channel_uses(
    admin_client: Client, key_service: KeyService, environment: Environment
) -> None:
    GlobalSettings.objects.create(environment=environment)
    key_service.answers(Verdict.VALID)
    both = {f"{each}_api_key": generate_key(each) for each in Environment}

    page = admin_client.post(API_KEYS, both, follow=True).text

    rows = dict(zip(Environment, page.split('class="config-row"')[1:], strict=True))
    assert [env for env, row in rows.items() if "Go to Amazon" in row] == [environment]


def test_removing_the_key_that_the_channel_uses_says_that_it_closes(
    admin_client: Client, in_sandbox: None, stored_key: str, sandbox_key: str
) -> None:
    production = admin_client.get(f"{API_KEYS}remove/production/").text
    sandbox = admin_client.get(f"{API_KEYS}remove/sandbox/").text

    assert "Amazon Sales Channel will close" not in production
    assert "Amazon Sales Channel will close" in sandbox
