"""Stores > Configuration > Sales Channels > Global Settings."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from admin_portal.actors import NOBODY
from api_keys.contract import Verdict
from api_keys.store_configuration.global_settings import Outcome, save_settings
from api_keys.store_configuration.models import GlobalSettings, StoredKey
from tests.api_keys.store_configuration.test_api_keys import SAVED
from tests.concurrency import at_once
from tests.conftest import KeyService, client_with

URL = "/stores/configuration/sales-channels/global-settings/"
API_KEYS = "/stores/configuration/services/magento-services/"

pytestmark = pytest.mark.postgresql

UNTOUCHED = {"environment": "production", "clear_log_history": "monthly", "debug_logging": "False"}


def sent(seen: dict[str, str] | None = None, **chosen: str) -> dict[str, str]:
    """Return what a browser sends whose page showed `seen`."""
    shown = UNTOUCHED | (seen or {})
    return shown | chosen | {f"{name}_seen": value for name, value in shown.items()}


def saved() -> tuple[str, str, bool]:
    row = GlobalSettings.current()
    return row.environment, row.clear_log_history, row.debug_logging


def test_page_shows_what_counts_before_anything_was_saved(admin_client: Client) -> None:
    page = admin_client.get(URL).text

    assert '<option value="production" selected>Production</option>' in page
    assert '<option value="monthly" selected>Once Monthly</option>' in page
    assert '<option value="False" selected>No</option>' in page
    assert not GlobalSettings.objects.exists()


def test_settings_are_saved_and_shown(admin_client: Client) -> None:
    chosen = sent(environment="sandbox", clear_log_history="daily", debug_logging="True")

    page = admin_client.post(URL, chosen, follow=True)

    assert page.redirect_chain == [(URL, 302)]
    assert SAVED in page.text
    assert saved() == ("sandbox", "daily", True)
    assert '<option value="sandbox" selected>' in page.text
    assert '<option value="True" selected>Yes</option>' in page.text


@pytest.mark.parametrize(
    "wrong",
    [{"environment": "staging"}, {"clear_log_history": ""}, {"debug_logging": "perhaps"}],
)
def test_what_is_on_no_list_is_refused_beside_its_field(
    admin_client: Client, wrong: dict[str, str]
) -> None:
    page = admin_client.post(URL, sent() | {"environment": "sandbox"} | wrong)

    assert page.status_code == 200
    assert "Nothing was saved." in page.text
    assert 'class="errorlist"' in page.text
    assert saved() == ("production", "monthly", False)


def test_form_without_what_its_author_saw_overwrites_nothing(admin_client: Client) -> None:
    page = admin_client.post(URL, UNTOUCHED | {"environment": "sandbox"})

    assert "Nothing was saved." in page.text
    assert saved() == ("production", "monthly", False)


def test_who_saves_over_another_s_change_is_told_and_may_then_do_so(admin_client: Client) -> None:
    GlobalSettings.objects.create(clear_log_history="weekly")

    told = admin_client.post(URL, sent(clear_log_history="daily"))

    assert told.status_code == 200
    assert "Somebody set this to “Once Weekly” while you had the page open." in told.text
    assert 'name="clear_log_history_seen" value="weekly"' in told.text
    assert '<option value="daily" selected>' in told.text
    assert saved() == ("production", "weekly", False)
    admin_client.post(URL, sent({"clear_log_history": "weekly"}, clear_log_history="daily"))
    assert saved() == ("production", "daily", False)


def test_another_s_change_of_another_field_is_left_and_told(admin_client: Client) -> None:
    GlobalSettings.objects.create(environment="sandbox")

    page = admin_client.post(URL, sent(clear_log_history="daily"), follow=True)

    assert "Somebody set Environment to “Sandbox”" in page.text
    assert saved() == ("sandbox", "daily", False)


def test_conflict_leaves_both_changes_of_another_also_when_it_is_sent_again(
    admin_client: Client,
) -> None:
    GlobalSettings.objects.create(environment="sandbox", clear_log_history="weekly")

    told = admin_client.post(URL, sent(clear_log_history="daily")).text

    assert '<option value="sandbox" selected>' in told
    assert 'name="environment_seen" value="sandbox"' in told


def test_two_who_set_the_same_are_no_conflict(admin_client: Client) -> None:
    GlobalSettings.objects.create(environment="sandbox")

    page = admin_client.post(URL, sent(environment="sandbox"), follow=True)

    assert SAVED in page.text
    assert "Somebody" not in page.text


@pytest.mark.django_db(transaction=True)
def test_of_several_at_the_same_instant_one_wins_and_the_others_are_told() -> None:
    lifetimes = ["daily", "weekly"] * 3
    GlobalSettings.objects.all().delete()

    def save(number: int) -> Outcome:
        chosen = {**UNTOUCHED, "debug_logging": False, "clear_log_history": lifetimes[number]}
        return save_settings(chosen, UNTOUCHED, by=NOBODY)

    outcomes = at_once(save, len(lifetimes))

    kept = saved()[1]
    assert [outcome.conflicts for outcome in outcomes] == [
        () if lifetime == kept else ("clear_log_history",) for lifetime in lifetimes
    ]


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.VALID, "works with the Sandbox Api Key from now on."),
        (Verdict.REVOKED, "The Sandbox Api Key does not open the channel: Deleted in API Portal."),
    ],
)
def test_changing_over_says_how_the_key_stands_without_a_call(
    admin_client: Client,
    sandbox_key: str,
    key_service: KeyService,
    verdict: Verdict,
    words: str,
) -> None:
    key_service.answers(verdict)
    admin_client.post(API_KEYS, {"sandbox_seen": StoredKey.objects.get().fingerprint}, follow=True)

    page = admin_client.post(URL, sent(environment="sandbox"), follow=True).text

    assert words in page
    assert key_service.keys_seen == [sandbox_key]


def test_changing_over_to_no_key_leads_to_adding_it(admin_client: Client) -> None:
    page = admin_client.post(URL, sent(environment="sandbox"), follow=True).text

    assert "No Sandbox Api Key is stored" in page
    assert f'href="{API_KEYS}#id_sandbox_api_key"' in page
    assert 'id="id_sandbox_api_key"' in admin_client.get(API_KEYS).text


def test_changing_over_to_a_key_never_verified_says_so(
    admin_client: Client, sandbox_key: str
) -> None:
    page = admin_client.post(URL, sent(environment="sandbox"), follow=True).text

    assert "It has not been verified yet" in page


def test_page_needs_its_permission_and_saving_another(db: None, client: Client) -> None:
    assert client.get(URL)["Location"] == f"/sign-in/?next={URL}"
    stranger = client_with("view_storedkey")
    viewer = client_with("view_globalsettings")
    refused = (stranger.get(URL).status_code, stranger.post(URL, sent()).status_code)

    page = viewer.get(URL)
    saving = viewer.post(URL, sent(environment="sandbox"))

    assert refused == (403, 403)
    assert page.status_code == 200
    assert "Save Config" not in page.text
    assert page.text.count("<select") == page.text.count(" disabled") == 3
    assert API_KEYS not in page.text
    assert saving.status_code == 403
    assert saved() == ("production", "monthly", False)


def test_who_may_change_the_settings_sees_the_button(db: None) -> None:
    client = client_with("view_globalsettings", "change_globalsettings")

    page = client.post(URL, sent(environment="sandbox"), follow=True)

    assert "Save Config" in page.text
    assert saved() == ("sandbox", "monthly", False)


def test_form_of_another_site_is_refused(administrator: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(administrator)

    assert client.post(URL, sent(environment="sandbox")).status_code == 403
    assert saved() == ("production", "monthly", False)


def test_page_is_kept_by_no_cache_and_takes_no_other_method(admin_client: Client) -> None:
    assert "no-store" in admin_client.get(URL)["Cache-Control"]
    assert admin_client.put(URL).status_code == 405
