"""Queries whose SQL is made once answer as Django's own do, each time for what was given."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.contrib.auth.models import Group, Permission, User
from django.db.models import F, QuerySet
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from admin_portal.notifications.models import Notification, Severity
from admin_portal.preferences.models import Preferences
from admin_portal.prepared import prepared, prepared_values
from admin_portal.sign_in.backend import AuthenticationBackend

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def told(permission: str, at: datetime, **detail: Any) -> Notification:
    return Notification.objects.create(
        kind="of", severity=Severity.MAJOR, permission=permission, detail=detail, created_at=at
    )


@prepared
def since(instant: Any, permissions: list[Any]) -> QuerySet[Notification]:
    return (
        Notification.objects.filter(created_at__gte=instant, permission__in=permissions)
        .annotate(again=F("created_at"))
        .order_by("pk")
    )


@prepared_values
def kinds_since(instant: Any) -> QuerySet[Notification, Any]:
    rows = Notification.objects.filter(created_at__gte=instant)
    return rows.order_by("pk").values_list("permission", "detail", "created_at")


def test_each_call_is_for_what_it_is_given() -> None:
    old, new = told("a", NOW - timedelta(days=1)), told("b", NOW, key="x")

    assert since(NOW, ["a", "b"]) == [new]
    assert since(NOW - timedelta(days=2), ["a", "b"]) == [old, new]
    assert since(NOW - timedelta(days=2), ["a"]) == [old]
    assert since(NOW + timedelta(microseconds=1), ["a", "b"]) == []


def test_rows_are_as_django_reads_them() -> None:
    new = told("b", NOW, key="x")

    (row,) = since(NOW, ["b"])

    assert (row.detail, row.created_at, row.severity) == ({"key": "x"}, NOW, Severity.MAJOR)
    assert vars(row)["again"] == NOW
    assert kinds_since(NOW) == [["b", {"key": "x"}, NOW]]
    row.kind = "changed"
    row.save()
    new.refresh_from_db()
    assert new.kind == "changed"


def test_who_is_signed_in_costs_one_query_with_all_that_is_known_of_them(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    eve = User.objects.create_user("eve")
    role = Group.objects.create(name="Support")
    role.permissions.set(Permission.objects.filter(codename__in=["view_dashboard", "use_tools"]))
    eve.groups.add(role)
    eve.user_permissions.add(Permission.objects.get(codename="view_storedkey"))
    Preferences.objects.create(user=eve, language="ja")

    with django_assert_num_queries(1):
        found = AuthenticationBackend().get_user(eve.pk)
        permissions = found.get_all_permissions()
        language = found.preferences.language

    assert permissions == {
        "people.view_dashboard",
        "people.use_tools",
        "store_configuration.view_storedkey",
    }
    assert permissions == User.objects.get(pk=eve.pk).get_all_permissions()
    assert language == "ja"
    assert not found.has_perm("people.manage_permissions")


def test_who_is_inactive_or_gone_is_nobody() -> None:
    eve = User.objects.create_user("eve")
    request = RequestFactory().get("/")
    client = Client()
    client.force_login(eve)
    request.session = client.session

    assert get_user(request) == eve
    User.objects.update(is_active=False)
    assert get_user(request).is_anonymous
    User.objects.all().delete()
    assert get_user(request).is_anonymous


def test_superusers_and_who_may_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ada, eve = User.objects.create_superuser("ada"), User.objects.create_user("eve")

    with django_assert_num_queries(2):
        found = [AuthenticationBackend().get_user(user.pk) for user in (ada, eve)]
        may = [user.has_perm("people.use_tools") for user in found]

    assert may == [True, False]
