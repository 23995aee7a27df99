"""The dashboard and the shell around every page: sidebar, sections, error pages."""

import pytest
from django.contrib.auth.models import Permission, User
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from admin_portal.menu import CONFIGURATION, SIDEBAR
from api_keys.contract import Environment, Verdict, fingerprint
from api_keys.store_configuration.verification import Occasion, verify_stored_key
from tests.conftest import KeyService

CONFIGURATION_URL = "/stores/configuration/services/magento-services/"
GLOBAL_SETTINGS_URL = "/stores/configuration/sales-channels/global-settings/"
LOG_URL = "/system/action-logs/key-verifications/"


def test_sidebar_has_the_entries_that_lead_somewhere() -> None:
    links = [entry.link for entry in SIDEBAR if entry.link] + [
        link for entry in SIDEBAR for group in entry.groups for link in group.links
    ]

    assert [str(entry.title) for entry in SIDEBAR] == ["Dashboard", "Marketing", "Stores", "System"]
    assert [reverse(link.url_name) for link in links] == [
        "/",
        "/marketing/amazon-sales-channel/",
        CONFIGURATION_URL,
        "/system/permissions/users/",
        "/system/permissions/locked-users/",
        "/system/permissions/roles/",
        "/system/action-logs/report/",
        LOG_URL,
        "/system/tools/service-connection/",
    ]


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("/", "Dashboard"),
        ("/marketing/amazon-sales-channel/welcome/", "Marketing"),
        (CONFIGURATION_URL, "Stores"),
        ("/system/tools/service-connection/", "System"),
        (GLOBAL_SETTINGS_URL, "Stores"),
        (LOG_URL, "System"),
    ],
)
def test_sidebar_marks_where_one_is(admin_client: Client, path: str, entry: str) -> None:
    sidebar = admin_client.get(path).text.split("sidebar-entries")[1].split("</nav>")[0]

    marked = sidebar.split('class="is-current"')[1:]

    assert len(marked) == 1
    assert entry in marked[0]


def test_entries_without_permission_are_left_out_with_their_empty_groups(db: None) -> None:
    client = Client()
    user = User.objects.create_user("eve")
    client.force_login(user)
    user.user_permissions.add(Permission.objects.get(codename="view_dashboard"))
    without = client.get("/").text

    user.user_permissions.add(Permission.objects.get(codename="view_storedkey"))
    with_permission = client.get("/").text

    assert "Marketing" not in without
    assert "Stores" not in without
    assert "System" not in without
    assert CONFIGURATION_URL in with_permission


def test_configuration_sections_lead_to_the_same_page_as_the_sidebar(
    admin_client: Client,
) -> None:
    sections = [link for group in CONFIGURATION for link in group.links]

    page = admin_client.get(CONFIGURATION_URL).text

    assert [reverse(link.url_name) for link in sections] == [GLOBAL_SETTINGS_URL, CONFIGURATION_URL]
    assert page.count(f'href="{CONFIGURATION_URL}"') == 2
    assert page.count(f'href="{GLOBAL_SETTINGS_URL}"') == 1


def test_configuration_opens_with_the_first_section_that_one_may_open(db: None) -> None:
    client = Client()
    user = User.objects.create_user("eve")
    user.user_permissions.add(Permission.objects.get(codename="view_globalsettings"))
    client.force_login(user)

    page = client.get(GLOBAL_SETTINGS_URL).text

    assert page.count(f'href="{GLOBAL_SETTINGS_URL}"') == 2
    assert f'href="{CONFIGURATION_URL}"' not in page


def test_dashboard_without_a_key_says_what_is_next(admin_client: Client) -> None:
    page = admin_client.get("/").text

    assert "Set up Amazon Sales Channel" in page


def test_dashboard_shows_what_is_known_of_the_key(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    before = admin_client.get("/").text
    key_service.answers(Verdict.REVOKED)
    verify_stored_key(Environment.PRODUCTION, Occasion.JOB)
    after = admin_client.get("/").text

    assert "Not verified yet" in before
    assert "Deleted in API Portal" in after
    assert fingerprint(stored_key) in after
    assert stored_key not in after


def test_pages_cost_few_queries(
    admin_client: Client,
    stored_key: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    paths = (CONFIGURATION_URL, GLOBAL_SETTINGS_URL, LOG_URL, "/help/amazon-sales-channel/")
    admin_client.get("/")  # which notes, as once in a while, that she was seen
    for path in paths:
        with django_assert_max_num_queries(8):
            admin_client.get(path)


def test_unknown_page_says_so(admin_client: Client) -> None:
    page = admin_client.get("/no-such-page/")

    assert page.status_code == 404
    assert "There is no such page" in page.text


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429", "500"])
def test_every_error_page_can_be_shown_when_nothing_else_works(name: str) -> None:
    page = render_to_string(f"{name}.html")

    assert "<h1>" in page
    assert 'href="/"' in page
