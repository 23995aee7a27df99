"""Roles: what they are made of, and who has which. The only writers of either."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from admin_portal.access import MANAGE_PERMISSIONS
from admin_portal.action_log.actions import Action
from admin_portal.action_log.recording import Change, record
from admin_portal.actors import NOBODY, Actor
from admin_portal.people.models import Role
from admin_portal.resources import RESOURCES, Resource, path_to, permissions_in
from admin_portal.sign_in.sessions import end_sessions

ADMINISTRATORS = "Administrators"
"""The role that has all, which the first administrator gets."""

_TITLES = {name: path_to(name)[-1].title for name in permissions_in(RESOURCES)}
_NOTHING = dict.fromkeys(_TITLES, "No")


class Refused(Exception):
    """What was asked for may not be. Its text says why, for the person who asked."""


def role_of(user: User) -> Role | None:
    """Return the user's one role. None: nobody has given them one."""
    return Role.objects.select_related("group").filter(group__user=user).first()


def permissions_of(role: Role) -> frozenset[str]:
    """Return what a role permits, as "app.codename": every resource, where it has all."""
    if role.has_all:
        return frozenset(permissions_in(RESOURCES))
    return _names(role.group.permissions.all())


def with_what_they_need(
    chosen: Iterable[str], among: tuple[Resource, ...] = RESOURCES
) -> frozenset[str]:
    """Return the chosen permissions and those above them in the tree: none is of use without."""
    wanted, found = frozenset(chosen), frozenset[str]()
    for resource in among:
        below = with_what_they_need(wanted, resource.children)
        own = {resource.permission} if resource.permission else frozenset()
        found |= below | (own if below or own & wanted else frozenset())
    return found


def administrators_role() -> Role:
    """Return a role that has all, made if there is none."""
    role = Role.objects.filter(has_all=True).order_by("pk").first()
    if role:
        return role
    group, _is_new = Group.objects.get_or_create(name=ADMINISTRATORS)
    role, _is_new = Role.objects.update_or_create(group=group, defaults={"has_all": True})
    return role


@transaction.atomic
def create_role(name: str, *, has_all: bool, permissions: Iterable[str], by: Actor) -> Role:
    """Make a role. Raises Refused where `by` would grant more than they have."""
    by = lock_people(by)
    _require_no_more_than_own(has_all, permissions, by)
    role = Role.objects.create(group=Group.objects.create(name=name), has_all=has_all)
    _grant(role, permissions)
    record(Action.ROLE_CREATED, by=by, subject=name, changes=_changes(_NOTHING, _told(role)))
    return role


@transaction.atomic
def change_role(
    role: Role, *, name: str, has_all: bool, permissions: Iterable[str], by: Actor
) -> None:
    """Rename a role, and change what it permits. Its people's sessions end if that changes.

    Raises Refused for one's own role, for more than `by` has, and where nobody would be left who
    has all.
    """
    by = lock_people(by)
    role = _as_it_is_now(role)
    before = _told(role)
    if by.user and role_of(by.user) == role:
        raise Refused(_("This is your own role. Ask another administrator to change it."))
    _require_may_touch(role, by)
    _require_no_more_than_own(has_all, permissions, by)
    role.group.name = name
    role.group.save()
    role.has_all = has_all
    role.save()
    _grant(role, permissions)
    people = User.objects.filter(groups=role.group)
    people.update(is_superuser=has_all)
    require_somebody_with_all()
    after = _told(role)
    record(Action.ROLE_CHANGED, by=by, subject=name, changes=_changes(before, after))
    if {**before, "Role name": name} != after:
        for user in people:
            end_sessions(user)


@transaction.atomic
def delete_role(role: Role, *, by: Actor) -> None:
    """Delete a role that nobody has. Raises Refused while somebody has it."""
    by = lock_people(by)
    role = _as_it_is_now(role)
    if User.objects.filter(groups=role.group_id).exists():
        raise Refused(_("Somebody has this role. Give them another one first."))
    _require_may_touch(role, by)
    told, name = _told(role), role.group.name
    role.group.delete()
    record(Action.ROLE_DELETED, by=by, subject=name, changes=_changes(told, _NOTHING))


def assign(user: User, role: Role, *, by: Actor) -> None:
    """Give a user the role instead of the one they have. In the caller's transaction and record.

    Raises Refused for one's own role, and for more than `by` has.
    """
    if by.user == user:
        raise Refused(_("You can't change your own role. Ask another administrator."))
    _require_may_touch(role, by)
    user.groups.set([role.group_id])
    user.user_permissions.clear()  # of before there were roles: who has one may do what it says
    user.is_superuser = role.has_all
    user.save(update_fields=["is_superuser"])


def require_may_change(user: User, *, by: Actor) -> None:
    """Raise Refused where `user` may do more than `by`, who could otherwise become them."""
    if by.user is None or by.user.is_superuser or by.user == user:
        return
    # Not `get_all_permissions`, which knows none of an inactive user's.
    granted = _names(Permission.objects.filter(Q(group__user=user) | Q(user=user)))
    if user.is_superuser or not granted <= by.user.get_all_permissions():
        raise Refused(
            _(
                "This user may do more than you, so you can't change them. Ask an administrator"
                " whose role permits as much."
            )
        )


def lock_people(by: Actor = NOBODY) -> Actor:
    """Wait for whoever changes users or roles just now: what is looked at then stays true.

    Returns `by` as they are then. Raises Refused if somebody has put them out meanwhile.
    """
    # One row that is always there. SQLite's transactions come one by one anyway.
    app, _dot, codename = MANAGE_PERMISSIONS.partition(".")
    rows = Permission.objects.select_for_update(of=("self",), no_key=True)
    list(rows.filter(content_type__app_label=app, codename=codename))
    if by.user is None:
        return by
    user = User.objects.filter(pk=by.user.pk, is_active=True).first()
    if user is None or not user.has_perm(MANAGE_PERMISSIONS):
        raise Refused(_("You may no longer manage users and roles, so nothing was changed."))
    return replace(by, user=user)


def require_somebody_with_all() -> None:
    """Raise Refused where nobody is left who is active and has all. Undo everything then."""
    if not User.objects.filter(is_active=True, is_superuser=True).exists():
        raise Refused(
            _("Nobody would be left whose role has all. Give that role to somebody else first.")
        )


def _require_may_touch(role: Role, by: Actor) -> None:
    _require_no_more_than_own(role.has_all, permissions_of(role), by)


def _require_no_more_than_own(has_all: bool, permissions: Iterable[str], by: Actor) -> None:
    if by.user is None or by.user.is_superuser:
        return
    if has_all or not set(permissions) <= by.user.get_all_permissions():
        raise Refused(
            _(
                "This role permits more than yours, so you can neither give nor change it. Ask an"
                " administrator whose role permits as much."
            )
        )


def _as_it_is_now(role: Role) -> Role:
    found = Role.objects.select_related("group").filter(pk=role.pk).first()
    if found is None:
        raise Refused(_("Somebody has deleted this role meanwhile."))
    return found


def _names(permissions: QuerySet[Permission]) -> frozenset[str]:
    """Return permissions as "app.codename"."""
    granted = permissions.values_list("content_type__app_label", "codename")
    return frozenset(f"{app}.{codename}" for app, codename in granted)


def _grant(role: Role, permissions: Iterable[str]) -> None:
    wanted = Q(pk=None)
    for permission in () if role.has_all else with_what_they_need(permissions):
        app, _dot, codename = permission.partition(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    role.group.permissions.set(Permission.objects.filter(wanted))


def _told(role: Role) -> dict[str, str]:
    """Return what the record tells of a role: each resource apart, as one text has an end."""
    access, granted = "All" if role.has_all else "Custom", permissions_of(role)
    permits = {name: "Yes" if name in granted else "No" for name in _TITLES}
    return {"Role name": role.group.name, "Resource access": access, **permits}


def _changes(before: dict[str, str], after: dict[str, str]) -> list[Change]:
    return [
        Change(_TITLES.get(name, name), before.get(name, ""), after.get(name, ""))
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]
