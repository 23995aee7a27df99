"""Who fails to sign in can't tell why, neither by the page nor by what it costs."""

from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests.admin_portal.entrance.people import (
    PASSWORD,
    client_at,
    guess,
    sign_in,
    words_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


def test_every_refusal_reads_alike(administrator: User, stranger: Client) -> None:
    User.objects.create_user("ian", password=PASSWORD, is_active=False)
    User.objects.create_user("lena", password=PASSWORD)
    guess(client_at("198.51.100.9"), 6, "lena")

    pages = {
        words_of(sign_in(stranger, password, login))
        for login, password in [
            ("ada", "wrong"),
            ("nobody", "wrong"),
            ("ian", PASSWORD),
            ("lena", PASSWORD),
            ("lena", "wrong"),
        ]
    }

    assert len(pages) == 1
    assert "not correct" in pages.pop()


def test_every_refusal_costs_one_hashing_and_as_many_queries(
    administrator: User, stranger: Client, settings: Settings
) -> None:
    settings.PASSWORD_HASHERS = ["tests.admin_portal.entrance.test_refusals_alike.CountingHasher"]
    for name in ("ian", "lena"):
        User.objects.create_user(name, password=PASSWORD, is_active=name == "lena")
    administrator.set_password(PASSWORD)
    administrator.save()
    for locked in ("lena", "nobody, locked"):
        guess(stranger, 6, locked)
    for other in ("ada", "ian", "nobody"):
        guess(stranger, 1, other)

    counted = {cost_of(stranger, "x", "ada"), cost_of(stranger, "x", "nobody")}
    counted.add(cost_of(stranger, PASSWORD, "ian"))
    while_locked = {
        cost_of(stranger, password, login)
        for password in (PASSWORD, "x")
        for login in ("lena", "nobody, locked")
    }

    assert len(counted) == len(while_locked) == 1
    assert counted.pop()[0] == while_locked.pop()[0] == 1


def cost_of(client: Client, password: str, login: str) -> tuple[int, int]:
    """Return how many hashings and how many queries an attempt takes."""
    CountingHasher.times = 0
    with CaptureQueriesContext(connection) as queries:
        sign_in(client, password, login)
    return CountingHasher.times, len(queries)


class CountingHasher(PBKDF2PasswordHasher):
    iterations = 1
    times = 0

    def encode(self, *args: Any, **kwargs: Any) -> str:
        CountingHasher.times += 1
        return super().encode(*args, **kwargs)
