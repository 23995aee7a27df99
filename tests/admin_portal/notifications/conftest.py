import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

SEE, CHANGE = "store_configuration.view_storedkey", "store_configuration.change_storedkey"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Called for every test in this folder: each runs on PostgreSQL, too."""
    item.add_marker("postgresql")


def person(name: str, *permissions: str, email: bool = True) -> User:
    user = User.objects.create_user(name, f"{name}@example.com" if email else "")
    codenames = [permission.split(".")[1] for permission in permissions]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
