"""What somebody else did between looking and writing, or at the same instant."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User

from admin_portal.action_log.actions import Action
from admin_portal.action_log.models import ActionRecord
from admin_portal.actors import Actor
from admin_portal.people import roles, users
from admin_portal.people.models import Role
from tests.admin_portal.people.conftest import MANAGE, PASSWORD, TOOLS, person, role
from tests.concurrency import at_once

ACTIONS: dict[str, Callable[[User, Role, Actor], object]] = {
    "create role": lambda _user, _role, by: roles.create_role(
        "New", has_all=True, permissions=[], by=by
    ),
    "change role": lambda _user, changed, by: roles.change_role(
        changed, name="New", has_all=True, permissions=[], by=by
    ),
    "create user": lambda user, _role, by: users.create_user(
        users.values_of(user) | {"username": "new"}, PASSWORD, by=by
    ),
    "change user": lambda user, _role, by: users.change_user(
        user, users.values_of(user) | {"first_name": "New"}, "", seen=users.values_of(user), by=by
    ),
    "delete user": lambda user, _role, by: users.delete_user(user, by=by),
    "sign out": lambda user, _role, by: users.sign_out(user, by=by),
    "reset factors": lambda user, _role, by: users.reset_factors(user, by=by),
}


def as_looked_at_before(user: User) -> Actor:
    """Return somebody as a request knows them that began before what comes next."""
    earlier = User.objects.get(pk=user.pk)
    earlier.get_all_permissions()
    return Actor(earlier)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("became", ["inactive", "less", "deleted"])
def test_who_was_put_out_meanwhile_changes_nothing_more(
    ann: User, bob: User, testers: Role, administrators: Role, action: str, became: str
) -> None:
    zoe = person("zoe", administrators)
    by = as_looked_at_before(zoe)
    if became == "deleted":
        users.delete_user(zoe, by=Actor(ann))
    else:
        change = {"is_active": ""} if became == "inactive" else {"role": str(testers.pk)}
        seen = users.values_of(zoe)
        users.change_user(zoe, seen | change, "", seen=seen, by=Actor(ann))
    recorded = ActionRecord.objects.count()

    with pytest.raises(roles.Refused):
        ACTIONS[action](bob, testers, by)

    assert ActionRecord.objects.count() == recorded


@pytest.mark.django_db(transaction=True)
def test_of_two_who_delete_each_other_at_once_one_stays(administrators: Role) -> None:
    first, second, _third = (person(name, administrators) for name in ("ann", "bob", "cleo"))
    pairs = [(first, second), (second, first)]

    def is_done(index: int) -> bool:
        by, victim = pairs[index]
        try:
            users.delete_user(victim, by=Actor(by))
        except roles.Refused:
            return False
        return True

    assert sorted(at_once(is_done, 2)) == [False, True]
    assert User.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_superusers_without_a_role_who_demote_each_other_one_stays(testers: Role) -> None:
    both = [User.objects.create_superuser(name, f"{name}@example.com") for name in ("ann", "bob")]

    def is_done(index: int) -> bool:
        seen = users.values_of(both[index])
        try:
            chosen = seen | {"role": str(testers.pk)}
            users.change_user(both[index], chosen, "", seen=seen, by=Actor(both[1 - index]))
        except roles.Refused:
            return False
        return True

    assert sorted(at_once(is_done, 2)) == [False, True]
    assert User.objects.filter(is_superuser=True).count() == 1


@pytest.mark.parametrize("action", ["change user", "delete user", "sign out", "reset factors"])
def test_deleted_user_is_told_of_as_such(ann: User, bob: User, testers: Role, action: str) -> None:
    users.delete_user(User.objects.get(pk=bob.pk), by=Actor(ann))

    with pytest.raises(roles.Refused, match="deleted this user"):
        ACTIONS[action](bob, testers, Actor(ann))


def test_deletion_of_a_role_is_recorded_once(ann: User, testers: Role) -> None:
    again = Role.objects.get(pk=testers.pk)
    roles.delete_role(testers, by=Actor(ann))

    with pytest.raises(roles.Refused, match="deleted this role"):
        roles.delete_role(again, by=Actor(ann))

    assert ActionRecord.objects.filter(action=Action.ROLE_DELETED).count() == 1


def test_what_somebody_may_beside_a_role_counts_and_ends_with_the_next_role(
    ann: User, testers: Role
) -> None:
    manager = person("mia", role("Managers", MANAGE, TOOLS))
    eve = User.objects.create_user("eve", "eve@example.com", PASSWORD, is_active=False)
    eve.user_permissions.set(Permission.objects.filter(codename="change_storedkey"))

    with pytest.raises(roles.Refused):
        roles.require_may_change(eve, by=Actor(manager))
    roles.assign(eve, testers, by=Actor(ann))

    roles.require_may_change(eve, by=Actor(manager))
    assert not eve.user_permissions.exists()
