"""What is recorded, and that nothing is done without its record."""

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from admin_portal.action_log import chain
from admin_portal.action_log.models import ActionRecord
from admin_portal.actors import NOBODY
from admin_portal.notifications.models import Notification, Severity
from admin_portal.notifications.telling import notify
from api_keys.contract import Environment, Verdict, fingerprint, generate_key
from api_keys.store_configuration.global_settings import save_settings
from api_keys.store_configuration.models import GlobalSettings, StoredKey
from api_keys.store_configuration.storing import KeyChange, remove_key, store_keys
from tests.api_keys.store_configuration.diagnosing import VALID, run
from tests.api_keys.store_configuration.faulty_service import FaultyService
from tests.conftest import KeyService

API_KEYS = "/stores/configuration/services/magento-services/"
GLOBAL_SETTINGS = "/stores/configuration/sales-channels/global-settings/"
VERIFICATIONS_CSV = "/system/action-logs/key-verifications.csv"

PRODUCTION, SANDBOX = Environment.PRODUCTION, Environment.SANDBOX
SEEN = {"environment": "production", "clear_log_history": "monthly", "debug_logging": "False"}

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


def told() -> tuple[str, str, str, str, Any]:
    """Return who did what to what, of the only record there is beside those of fixtures."""
    row = ActionRecord.objects.order_by("number").last()
    assert row
    return row.user_name, row.action, row.result, row.subject, row.changes


def test_stored_keys_are_recorded_by_their_fingerprints(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID)
    new, sandbox = generate_key(PRODUCTION), generate_key(SANDBOX)

    answer = admin_client.post(
        API_KEYS,
        {
            "production_api_key": new,
            "production_seen": fingerprint(stored_key),
            "sandbox_api_key": sandbox,
            "sandbox_seen": "",
        },
    )

    assert told() == (
        "ada",
        "configuration.saved",
        "success",
        "Magento Services",
        [
            ["Production Api Key", fingerprint(stored_key), fingerprint(new)],
            ["Sandbox Api Key", "", fingerprint(sandbox)],
        ],
    )
    row = ActionRecord.objects.get(number=2)
    assert (row.group, row.address) == ("configuration", "127.0.0.1")
    assert row.request_id == answer["X-Request-ID"]


def test_removed_key_is_recorded(admin_client: Client, stored_key: str) -> None:
    seen = fingerprint(stored_key)

    admin_client.post(f"{API_KEYS}remove/production/", {"seen": seen})
    admin_client.post(f"{API_KEYS}remove/production/", {"seen": seen})

    change = ["Production Api Key", seen, ""]
    assert told()[1:] == ("configuration.key_removed", "success", "Magento Services", [change])
    assert ActionRecord.objects.count() == 2


def test_global_settings_are_recorded_as_they_stand_on_the_screen_in_english(
    admin_client: Client,
) -> None:
    chosen = {"environment": "production", "clear_log_history": "daily", "debug_logging": "True"}
    seen = {f"{name}_seen": value for name, value in SEEN.items()}

    for _twice in range(2):
        admin_client.post(GLOBAL_SETTINGS, chosen | seen, headers={"Accept-Language": "ja"})

    assert told()[1:] == (
        "configuration.saved",
        "success",
        "Global Settings",
        [
            ["Clear Log History", "Once Monthly", "Once Daily"],
            ["Enable Debug Logging", "No", "Yes"],
        ],
    )
    assert ActionRecord.objects.count() == 1, "the second time changed nothing"


def test_service_connection_and_its_bundle_are_recorded(
    admin_client: Client, settings: Settings, stored_key: str
) -> None:
    with FaultyService(VALID) as service:
        page = run(admin_client, settings, service.url)
    tested = told()
    signed = page.split('name="bundle" value="')[1].split('"')[0]

    admin_client.post("/system/tools/service-connection/support-bundle/", {"bundle": signed})

    outcomes = [["Production", "", "Passed"], ["Sandbox", "", "Passed"]]
    title = "Service connection"
    assert tested == ("ada", "configuration.service_tested", "success", title, outcomes)
    assert told() == ("ada", "exports.exported", "success", title, [])


def test_service_connection_that_fails_is_recorded_as_that(
    admin_client: Client, settings: Settings
) -> None:
    settings.KEY_VALIDATION_URLS = dict.fromkeys(Environment, "http://127.0.0.1:1")

    admin_client.post("/system/tools/service-connection/")

    assert told()[2] == "failure"
    assert told()[4] == [["Production", "", "Failed"], ["Sandbox", "", "Failed"]]


def test_exports_are_recorded_with_their_filters(admin_client: Client) -> None:
    admin_client.get(VERIFICATIONS_CSV, {"environment": "sandbox", "since": "2026-11-01"})

    chosen = [["From", "", "2026-11-01"], ["Environment", "", "sandbox"]]
    _who, action, result, subject, changes = told()
    assert (action, result, subject) == ("exports.exported", "success", "Key verifications")
    assert sorted(map(tuple, changes)) == sorted(map(tuple, chosen))


def test_notifications_are_recorded_as_done_by_nobody(stored_key: str) -> None:
    tell_something()

    assert told() == (
        "",
        "notifications.notified",
        "success",
        "A notification of another version",
        [["Severity", "", "Major"], ["E-mails", "", "0"]],
    )


def tell_something() -> None:
    notify("nothing.known", severity=Severity.MAJOR, permission="a.b", detail={})


def test_visitor_does_not_choose_the_id_of_a_request(admin_client: Client) -> None:
    answers = [admin_client.get("/", headers={"X-Request-ID": "mine"}) for _ in range(2)]

    ids = {answer["X-Request-ID"] for answer in answers}
    assert len(ids) == 2
    assert "mine" not in ids


def test_commands_are_recorded(administrator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    key = generate_key(PRODUCTION)
    monkeypatch.setattr("sys.stdin", Mock(read=lambda: key))

    call_command("change_email", "ada", "ada@example.com")
    changed = told()
    call_command("store_api_key")

    assert changed[:4] == ("manage.py change_email", "users.changed", "success", "ada")
    assert changed[4] == [["Email", "", "ada@example.com"]]
    assert told()[:2] == ("manage.py store_api_key", "configuration.saved")
    assert told()[4] == [["Production Api Key", "", fingerprint(key)]]


def test_first_administrator_is_recorded(db: None) -> None:
    call_command("create_first_administrator")

    name = "manage.py create_first_administrator"
    assert told() == (name, "users.created", "success", "admin", [])


def store() -> None:
    store_keys({SANDBOX: KeyChange(generate_key(SANDBOX), seen="")}, by=NOBODY)


def remove() -> None:
    stored = StoredKey.objects.get(environment=PRODUCTION)
    remove_key(PRODUCTION, seen=stored.fingerprint, by=NOBODY)


def save() -> None:
    save_settings(SEEN | {"environment": "sandbox"}, SEEN, by=NOBODY)


def change_email() -> None:
    call_command("change_email", "ada", "ada@example.com")


def state() -> list[object]:
    return [
        *StoredKey.objects.order_by("pk").values(),
        *GlobalSettings.objects.values(),
        *Notification.objects.values(),
        *User.objects.values("username", "email"),
    ]


@pytest.mark.parametrize("act", [store, remove, save, change_email, tell_something])
@pytest.mark.usefixtures("administrator", "stored_key")
def test_what_can_not_be_recorded_is_not_done(
    act: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state()
    monkeypatch.setattr(chain, "seal", Mock(side_effect=RuntimeError))

    with pytest.raises(RuntimeError):
        act()

    assert state() == before


def test_nobody_is_created_whom_no_record_tells_of(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "seal", Mock(side_effect=RuntimeError))

    with pytest.raises(RuntimeError):
        call_command("create_first_administrator")

    assert not User.objects.exists()


def test_nothing_is_recorded_of_what_was_not_done(stored_key: str) -> None:
    before = ActionRecord.objects.count()

    lost = store_keys({PRODUCTION: KeyChange(generate_key(PRODUCTION), seen="other")}, by=NOBODY)
    removed = remove_key(PRODUCTION, seen="other", by=NOBODY)
    theirs = SEEN | {"environment": "sandbox"}
    save_settings(theirs, SEEN, by=NOBODY)
    after = ActionRecord.objects.count()
    outcome = save_settings(
        SEEN | {"environment": "production"}, theirs | {"environment": "gone"}, by=NOBODY
    )

    assert (lost, removed) == ({PRODUCTION}, False)
    assert outcome.conflicts
    assert after == before + 1
    assert ActionRecord.objects.count() == after
