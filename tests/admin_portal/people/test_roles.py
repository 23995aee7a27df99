import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from admin_portal.action_log.actions import Action
from admin_portal.action_log.models import ActionRecord
from admin_portal.actors import NOBODY, Actor
from admin_portal.people import roles, users
from admin_portal.people.forms import UserForm
from admin_portal.people.models import Role
from admin_portal.resources import RESOURCES, permissions_in
from tests.admin_portal.people.conftest import (
    MANAGE,
    PASSWORD,
    TOOLS,
    USER_ROLES,
    address_of,
    browser_of,
    person,
    role,
    sent,
)
from tests.concurrency import at_once

SEE_KEYS, SAVE_KEYS = "store_configuration.view_storedkey", "store_configuration.change_storedkey"


def role_address(kept: Role) -> str:
    return f"{USER_ROLES}{kept.pk}/"


def filled(name: str, *resources: str, access: str = "custom") -> dict[str, object]:
    return {
        "name": name,
        "access": access,
        "resources": list(resources),
        "your_password": PASSWORD,
    }


def may(user: User) -> set[str]:
    return User.objects.get(pk=user.pk).get_all_permissions()


def test_what_stands_above_a_chosen_resource_comes_with_it(client: Client) -> None:
    client.post(f"{USER_ROLES}new/", filled("Keepers", SAVE_KEYS))

    keepers = Role.objects.get(group__name="Keepers")
    assert roles.permissions_of(keepers) == {SEE_KEYS, SAVE_KEYS}


def test_role_with_all_opens_whatever_comes(administrators: Role, ann: User) -> None:
    assert roles.permissions_of(administrators) == set(permissions_in(RESOURCES))
    assert ann.has_perm("app.of_a_later_version")


def test_changed_role_counts_for_its_people_at_once(
    client: Client, bob: User, testers: Role
) -> None:
    browser = browser_of(bob)

    client.post(role_address(testers), filled("Testers", SEE_KEYS))

    row = ActionRecord.objects.get(action=Action.ROLE_CHANGED)
    assert may(bob) == {SEE_KEYS}
    assert row.changes == [["Magento Services", "No", "Yes"], ["Tools", "Yes", "No"]]
    assert browser.get("/system/tools/service-connection/").status_code != 200


def test_record_tells_each_resource_however_many_a_role_has(client: Client) -> None:
    every = set(permissions_in(RESOURCES))
    kept = role("Nearly all", *every - {"store_configuration.view_verificationrecord"})

    client.post(role_address(kept), filled("Nearly all", *every), HTTP_ACCEPT_LANGUAGE="ja")
    client.post(role_address(kept), filled("Nearly all", access="all"))

    added, made_all = ActionRecord.objects.filter(action=Action.ROLE_CHANGED).order_by("number")
    assert added.changes == [["Key verifications", "No", "Yes"]]
    assert made_all.changes == [["Resource access", "Custom", "All"]]


def test_role_that_becomes_all_makes_its_people_superusers_and_back(
    client: Client, bob: User, testers: Role
) -> None:
    client.post(role_address(testers), filled("Testers", access="all"))
    with_all = User.objects.get(pk=bob.pk).is_superuser
    client.post(role_address(testers), filled("Testers", TOOLS))

    assert with_all
    assert may(bob) == {TOOLS}


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (filled("testers", TOOLS), "Another role has this name."),
        (filled("", TOOLS), "This field is required."),
        (filled("New"), "Choose at least one resource."),
        ({**filled("New", TOOLS), "your_password": "no"}, "This is not your current password."),
        (filled("New", "auth.add_user"), "Select a valid choice."),
    ],
)
def test_bad_role_is_told_beside_its_field(
    client: Client, testers: Role, sent: dict[str, object], error: str
) -> None:
    page = client.post(f"{USER_ROLES}new/", sent).text

    assert error in page
    assert Role.objects.count() == 2


def test_role_is_deleted_only_when_nobody_has_it(client: Client, bob: User, testers: Role) -> None:
    address = f"{role_address(testers)}delete/"
    refused = client.post(address, {"your_password": PASSWORD}).text
    kept = Role.objects.filter(pk=testers.pk).exists()
    bob.delete()

    client.post(address, {"your_password": PASSWORD})

    assert "Somebody has this role." in refused
    assert kept
    assert not Role.objects.filter(pk=testers.pk).exists()


def test_second_of_two_who_change_a_role_is_told(client: Client, testers: Role) -> None:
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', client.get(role_address(testers)).text)
    client.post(role_address(testers), filled("Testers", SEE_KEYS))

    page = client.post(role_address(testers), {**filled("Probers", TOOLS), "seen": seen}).text

    testers.refresh_from_db()
    assert "Somebody changed this role while you had the page open" in page
    assert "(Resources: Magento Services)" in page
    assert roles.permissions_of(testers) == {SEE_KEYS}


@pytest.mark.parametrize("page", ["", "delete/"])
def test_role_that_nobody_can_have_is_not_found(client: Client, page: str) -> None:
    for number in (404, 10**30):
        assert client.get(f"{USER_ROLES}{number}/{page}").status_code == 404


# Nobody may make themselves more than they are.


@pytest.fixture
def manager(db: None) -> User:
    return person("mia", role("Managers", MANAGE, TOOLS))


def test_manager_gives_no_more_than_they_have(
    manager: User, bob: User, administrators: Role
) -> None:
    keepers = role("Keepers", SEE_KEYS)
    browser = browser_of(manager)
    offered = browser.get(address_of(bob)).text

    for wanted in (administrators, keepers):
        browser.post(address_of(bob), sent(bob, role=str(wanted.pk)))

    assert may(bob) == {TOOLS}
    assert "Keepers" not in offered
    with pytest.raises(roles.Refused):
        roles.assign(bob, keepers, by=Actor(manager))


def test_manager_is_offered_what_permits_no_more_than_theirs_in_one_query(
    manager: User, administrators: Role, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    role("Keepers", SEE_KEYS)
    role("Savers", SEE_KEYS, SAVE_KEYS)
    role("Nobodies")
    of_before_there_were_roles = Permission.objects.get(codename="view_storedkey")
    manager.user_permissions.add(of_before_there_were_roles)
    asking = User.objects.get(pk=manager.pk)

    with django_assert_num_queries(1):
        form = UserForm(user=asking, person=None)

    offered: Any = form.fields["role"]
    assert [name for _pk, name in offered.choices[1:]] == ["Keepers", "Managers", "Nobodies"]


@pytest.mark.parametrize("asked", [filled("New", access="all"), filled("New", SEE_KEYS)])
def test_manager_makes_no_role_that_permits_more_than_theirs(
    manager: User, asked: dict[str, object]
) -> None:
    page = browser_of(manager).post(f"{USER_ROLES}new/", asked).text

    assert "This role permits more than yours" in page
    assert not Role.objects.filter(group__name="New").exists()


def test_manager_changes_no_role_above_theirs_nor_their_own(
    manager: User, administrators: Role
) -> None:
    browser = browser_of(manager)
    own = roles.role_of(manager)
    assert own

    above = browser.post(role_address(administrators), filled("Mine", TOOLS)).text
    mine = browser.post(role_address(own), filled("Mine", MANAGE)).text

    assert "This role permits more than yours" in above
    assert "This is your own role" in mine
    assert not Role.objects.filter(group__name="Mine").exists()


@pytest.mark.parametrize("action", ["", "delete/", "reset-two-factors/", "sign-out/"])
def test_manager_touches_nobody_who_may_more(manager: User, ann: User, action: str) -> None:
    before = users.values_of(ann)
    inactive = {**sent(ann), "password": "a pass phrase of the attacker"}

    page = (
        browser_of(manager)
        .post(address_of(ann) + action, inactive if not action else {"your_password": PASSWORD})
        .text
    )

    ann = User.objects.get(pk=ann.pk)
    assert "This user may do more than you" in page
    assert users.values_of(ann) == before
    assert ann.check_password(PASSWORD)


def test_inactive_user_who_may_more_is_out_of_reach_too(manager: User, ann: User) -> None:
    User.objects.filter(pk=ann.pk).update(is_active=False)
    ann.refresh_from_db()

    with pytest.raises(roles.Refused):
        roles.require_may_change(ann, by=Actor(manager))


# Somebody is always left who has all.


def test_the_last_who_has_all_stays(ann: User, administrators: Role, testers: Role) -> None:
    values = users.values_of(ann)

    for changed in ({"is_active": ""}, {"role": str(testers.pk)}):
        with pytest.raises(roles.Refused):
            users.change_user(ann, {**values, **changed}, "", seen=values, by=NOBODY)
    with pytest.raises(roles.Refused):
        users.delete_user(ann, by=NOBODY)
    with pytest.raises(roles.Refused):
        roles.change_role(administrators, name="Few", has_all=False, permissions=[], by=NOBODY)

    ann = User.objects.get(pk=ann.pk)
    assert users.values_of(ann) == values
    assert ann.is_superuser


@pytest.mark.django_db(transaction=True)
def test_of_two_who_demote_each_other_at_once_one_stays(
    ann: User, administrators: Role, testers: Role
) -> None:
    zoe = person("zoe", administrators)
    people = [(ann, zoe), (zoe, ann)]

    def demote(number: int) -> bool:
        actor, other = people[number]
        values = users.values_of(other)
        wanted = {**values, "role": str(testers.pk)}
        try:
            users.change_user(other, wanted, "", seen=values, by=Actor(actor))
        except roles.Refused:
            return False
        return True

    done = at_once(demote, 2)

    assert User.objects.filter(is_superuser=True, is_active=True).count() == 1
    assert sorted(done) == [False, True]
