"""Every address of the Admin as every role. An address that the table doesn't name fails."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from admin_portal.resources import RESOURCES, permissions_in
from api_keys.contract import Verdict
from tests.conftest import KeyService, client_with

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

DASHBOARD = "people.view_dashboard"
CHANNEL = "people.open_channel"
PERMISSIONS = "people.manage_permissions"
TOOLS = "people.use_tools"
SEE_KEYS, SAVE_KEYS = "store_configuration.view_storedkey", "store_configuration.change_storedkey"
SEE_SETTINGS = "store_configuration.view_globalsettings"
SAVE_SETTINGS = "store_configuration.change_globalsettings"
REPORT = "action_log.view_actionrecord"
KEY_LOG = "store_configuration.view_verificationrecord"

EVERYONE = ""
"""Who is signed in, whatever the role."""

WHO_MAY: dict[str, str | tuple[str, str]] = {
    # By the name of the address: a permission, or one to see and another to send.
    "dashboard": EVERYONE,  # it leads to the first page that one may open
    "amazon_channel:home": CHANNEL,
    "amazon_channel:welcome": CHANNEL,
    "amazon_channel_help": EVERYONE,
    "api_keys": (SEE_KEYS, SAVE_KEYS),
    "remove_api_key": SAVE_KEYS,
    "global_settings": (SEE_SETTINGS, SAVE_SETTINGS),
    "help": DASHBOARD,  # each help page opens for whom its own page does
    "action_record": REPORT,
    "action_report": REPORT,
    "action_report_csv": REPORT,
    "key_verifications": KEY_LOG,
    "key_verifications_csv": KEY_LOG,
    "all_users": PERMISSIONS,
    "delete_role": PERMISSIONS,
    "delete_user": PERMISSIONS,
    "locked_users": PERMISSIONS,
    "new_role": PERMISSIONS,
    "new_user": PERMISSIONS,
    "reset_factors": PERMISSIONS,
    "role": PERMISSIONS,
    "sign_out_user": PERMISSIONS,
    "user": PERMISSIONS,
    "user_roles": PERMISSIONS,
    "notifications": EVERYONE,
    "search": EVERYONE,
    "search_suggestions": EVERYONE,
    "service_connection": TOOLS,
    "support_bundle": TOOLS,
    # One's own account
    "account_change_password": EVERYONE,
    "account_setting": EVERYONE,
    "own_language": EVERYONE,
    "account_reauthenticate": EVERYONE,
    "mfa_activate_totp": EVERYONE,
    "mfa_add_webauthn": EVERYONE,
    "mfa_deactivate_totp": EVERYONE,
    "mfa_download_recovery_codes": EVERYONE,
    "mfa_edit_webauthn": EVERYONE,
    "mfa_generate_recovery_codes": EVERYONE,
    "mfa_index": EVERYONE,
    "mfa_list_webauthn": EVERYONE,
    "mfa_reauthenticate": EVERYONE,
    "mfa_reauthenticate_webauthn": EVERYONE,
    "mfa_remove_webauthn": EVERYONE,
    "mfa_view_recovery_codes": EVERYONE,
    "usersessions_list": EVERYONE,
    "back_again": EVERYONE,
}
ARGUMENTS = {"slug": "dashboard", "environment": "production", "pk": "1", "number": "1"}

BEFORE_SIGNING_IN = {
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "security_txt",
    "session",
}

ROLES = [*permissions_in(RESOURCES), EVERYONE]
SENT = {"get": 0, "post": 1}


def addresses(
    patterns: list[URLPattern | URLResolver], before: str = "/", space: str = ""
) -> Iterator[tuple[str, str]]:
    """Yield each address's name and path, with arguments filled in."""
    for pattern in patterns:
        path = before + str(pattern.pattern).lstrip("^").rstrip("$")
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern.url_patterns, path, inner)
        else:
            for name, value in ARGUMENTS.items():
                path = path.replace(f"<{name}:{name}>", value).replace(f"<int:{name}>", value)
            yield f"{space}{pattern.name}", path


def pages() -> list[tuple[str, str]]:
    found = [*addresses(get_resolver("admin_portal.urls").url_patterns)]
    return [(name, path) for name, path in found if name not in BEFORE_SIGNING_IN]


def test_the_table_names_every_address() -> None:
    assert {name for name, _path in pages()} == WHO_MAY.keys()


@pytest.fixture(autouse=True)
def _no_test_of_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api_keys.store_configuration.service_connection.RUNS_A_MINUTE", 0)


@pytest.mark.parametrize("held", ROLES)
def test_a_role_opens_what_it_permits_and_nothing_else(held: str, key_service: KeyService) -> None:
    key_service.answers(Verdict.INVALID)
    client = client_with(*([held.split(".")[1]] if held else []))

    opened = {
        (name, method): getattr(client, method)(path).status_code != 403
        for name, path in pages()
        for method in SENT
    }

    expected = {
        (name, method): needed in (EVERYONE, held)
        for name, who in WHO_MAY.items()
        for method, needed in zip(SENT, who if isinstance(who, tuple) else (who, who), strict=True)
    }
    # To save is of no use without seeing, and refused.
    assert opened == {
        (name, method): may and (method == "get" or not isinstance(WHO_MAY[name], tuple))
        for (name, method), may in expected.items()
    }


def test_all_opens_everything(admin_client: Client, key_service: KeyService) -> None:
    key_service.answers(Verdict.INVALID)

    assert all(admin_client.get(path).status_code != 403 for _name, path in pages())


def test_nothing_opens_before_signing_in() -> None:
    answers = {path: Client().get(path) for _name, path in pages()}

    opened = {p for p, a in answers.items() if not a.get("Location", "").startswith("/sign-in/")}
    assert opened == set()


@pytest.mark.parametrize("held", ROLES)
def test_the_sidebar_leads_to_what_opens(held: str, key_service: KeyService) -> None:
    key_service.answers(Verdict.INVALID)
    client = client_with(*([held.split(".")[1]] if held else []))

    page = client.get("/notifications/").text
    menu = page.split('class="sidebar"')[1].split("</nav>")[0]
    links = {part.split('"')[0] for part in menu.split('href="')[1:]}

    assert all(client.get(link).status_code != 403 for link in links)
    pages_without = (EVERYONE, SAVE_KEYS, SAVE_SETTINGS)
    assert len(links) == (0 if held in pages_without else 3 if held == PERMISSIONS else 1)


def test_who_may_not_see_the_dashboard_begins_at_the_first_page_they_may_open() -> None:
    client = client_with("use_tools")

    answer = client.get("/")

    assert answer["Location"] == "/system/tools/service-connection/"


def test_who_may_open_nothing_is_told_whom_to_ask() -> None:
    page = client_with().get("/").text

    assert "Nothing to open yet" in page
    assert "Ask an administrator" in page


def test_refused_page_names_what_the_role_lacks(administrator: User) -> None:
    answer = client_with("view_dashboard").get("/system/tools/service-connection/")

    assert answer.status_code == 403
    assert "System &gt; Tools" in answer.text
    assert "Go to your first page" in answer.text
