from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.template import Template
from django.test import Client
from django.test.signals import template_rendered

from admin_portal.action_log.models import ActionRecord
from admin_portal.settings.base import BASE_DIR

PASSWORD = "ada's own password"
SECURITY = "/account-setting/security/"
SECOND_STEP = "/sign-in/second-step/"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Called for every test in this folder: each runs on PostgreSQL, too, unless it says no."""
    if not item.get_closest_marker("any_database"):
        item.add_marker("postgresql")


@pytest.fixture(autouse=True)
def _only_our_templates() -> Iterator[None]:
    """Whatever a test renders, pages and mails alike, comes out of our own folder."""
    foreign: set[str] = set()

    def look(template: Template, **kwargs: Any) -> None:
        file = str(template.origin.name)
        if not file.startswith((str(BASE_DIR / "templates"), "<")) and "/django/forms/" not in file:
            foreign.add(file)

    template_rendered.connect(look)
    yield
    template_rendered.disconnect(look)
    assert foreign == set()


@pytest.fixture
def ada(administrator: User) -> User:
    administrator.email = "ada@example.com"
    administrator.save()
    return administrator


@pytest.fixture
def ada_client(ada: User) -> Client:
    """A browser in which Ada has just signed in by her password."""
    client = Client()
    sign_in(client)
    return client


def sign_in(client: Client, password: str = PASSWORD, username: str = "ada") -> Any:
    return client.post("/sign-in/", {"login": username, "password": password})


def is_signed_in(client: Client) -> bool:
    return bool(client.get(SECURITY).status_code == 200)


def recorded() -> list[tuple[str, str, str]]:
    """Return the action, the result and the user of each record, the first one first."""
    rows = ActionRecord.objects.order_by("number")
    return list(rows.values_list("action", "result", "user_name"))
