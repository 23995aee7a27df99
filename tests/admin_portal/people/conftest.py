from collections.abc import Iterable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from admin_portal.actors import NOBODY
from admin_portal.people import roles
from admin_portal.people.models import Role
from admin_portal.people.users import values_of

PASSWORD = "a long enough pass phrase"
ALL_USERS = "/system/permissions/users/"
USER_ROLES = "/system/permissions/roles/"
MANAGE = "people.manage_permissions"
TOOLS = "people.use_tools"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Called for every test in this folder: each runs on PostgreSQL, too, unless it says no."""
    if not item.get_closest_marker("any_database"):
        item.add_marker("postgresql")


def role(name: str, *permissions: str, has_all: bool = False) -> Role:
    return roles.create_role(name, has_all=has_all, permissions=permissions, by=NOBODY)


def person(name: str, of: Role, password: str = PASSWORD) -> User:
    user = User.objects.create_user(
        name, f"{name}@example.com", password, first_name=name.title(), last_name="Miller"
    )
    roles.assign(user, of, by=NOBODY)
    return user


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sent(user: User, **changed: str) -> dict[str, str]:
    """Return what the form of `user` sends after somebody changed some of its fields."""
    return {**values_of(user), "password": "", "your_password": PASSWORD, **changed}


def address_of(user: User) -> str:
    return f"{ALL_USERS}{user.pk}/"


def names(people: Iterable[User]) -> list[str]:
    return sorted(user.username for user in people)


@pytest.fixture
def administrators(db: None) -> Role:
    return roles.administrators_role()


@pytest.fixture
def ann(administrators: Role) -> User:
    """Has all."""
    return person("ann", administrators)


@pytest.fixture
def client(ann: User) -> Client:
    return browser_of(ann)


@pytest.fixture
def testers(db: None) -> Role:
    return role("Testers", TOOLS)


@pytest.fixture
def bob(testers: Role) -> User:
    return person("bob", testers)
