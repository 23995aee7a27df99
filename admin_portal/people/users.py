"""Administrators: who they are and which role they have. The only writers of both but oneself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _now, gettext_lazy as _

from admin_portal.action_log.actions import Action
from admin_portal.action_log.recording import Change, record
from admin_portal.actors import Actor
from admin_portal.people import roles
from admin_portal.people.models import Role
from admin_portal.preferences.choosing import language_name
from admin_portal.preferences.models import Preferences
from admin_portal.security import mails
from admin_portal.security.resetting import reset_second_factors
from admin_portal.sign_in.sessions import end_sessions

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NAMES: dict[str, StrOrPromise] = {
    "username": _("Username"),
    "first_name": _("First Name"),
    "last_name": _("Last Name"),
    "email": _("Email"),
    "language": _("Interface Locale"),
    "is_active": _("This account is"),
    "role": _("User Role"),
}
"""What is kept of a user, under the names on screen."""

_OF_THE_USER = ("username", "first_name", "last_name", "email", "is_active")

Values = Mapping[str, str]
"""A user's values by the keys of NAMES, as text: `is_active` is "1" or "", `role` a number."""


OWN = ("first_name", "last_name", "email")
"""What everybody may change of themselves."""


class Changed(Exception):
    """Somebody else changed the user meanwhile. `now` is what differs from what was seen."""

    def __init__(self, now: dict[str, str]) -> None:
        super().__init__()
        self.now = now


def values_of(user: User) -> dict[str, str]:
    role = roles.role_of(user)
    preferences = Preferences.objects.filter(user=user).first()
    return {
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "language": preferences.language if preferences else "",
        "is_active": "1" if user.is_active else "",
        "role": str(role.pk) if role else "",
    }


def in_words(name: str, value: str) -> StrOrPromise:
    """Return a value as the record and messages tell it."""
    if name == "is_active":
        return _("Active") if value else _("Inactive")
    if name == "role":
        role = Role.objects.select_related("group").filter(pk=int(value or 0)).first()
        return str(role) if role else ""
    if name == "language":
        return language_name(value)
    return value


@transaction.atomic
def create_user(values: Values, password: str, *, by: Actor) -> User:
    """Make a user. Without a password, an e-mail with a link to choose one goes out.

    Raises `roles.Refused` where `by` may not give the role.
    """
    by = roles.lock_people(by)
    user = User(is_active=bool(values["is_active"]))
    _write(user, values)
    user.set_password(password or None)
    user.save()
    roles.assign(user, Role.objects.get(pk=int(values["role"])), by=by)
    Preferences.objects.create(user=user, language=values["language"])
    if not password:
        mails.tell(user, mails.ACCOUNT_CREATED)
    record(Action.USER_CREATED, by=by, subject=user.username, changes=_told({}, values))
    return user


@transaction.atomic
def change_user(user: User, values: Values, password: str, *, seen: Values, by: Actor) -> None:
    """Write what differs from what was seen. A new password, role or inactivity ends sessions.

    Raises Changed where somebody else has changed the user since it was seen, and
    `roles.Refused` where `by` may not, or nobody would be left who has all.
    """
    user, by = _held(user, by)
    before = values_of(user)
    if meanwhile := {name: before[name] for name in NAMES if before[name] != seen.get(name)}:
        raise Changed(meanwhile)
    _write(user, values)
    if password:
        user.set_password(password)
    user.save()
    Preferences.objects.update_or_create(user=user, defaults={"language": values["language"]})
    if values["role"] != before["role"]:
        roles.assign(user, Role.objects.get(pk=int(values["role"])), by=by)
    roles.require_somebody_with_all()
    told = _told(before, values)
    if password:
        told.append(Change(_("Password"), "", _("changed")))
    if password or any(values[name] != before[name] for name in ("role", "is_active")):
        end_sessions(user)
    _tell_by_mail(user, before["email"], by=by, has_new_password=bool(password))
    if told:
        record(Action.USER_CHANGED, by=by, subject=user.username, changes=told)


def own_values_of(user: User) -> dict[str, str]:
    values = values_of(user)
    return {name: values[name] for name in OWN}


@transaction.atomic
def change_own(values: Values, *, seen: Values, by: Actor) -> None:
    """Write what `by` says of themselves. Raises Changed, as `change_user` does."""
    if by.user is None:
        raise TypeError("Nobody has no account.")
    roles.lock_people()
    user = User.objects.select_for_update(no_key=True).get(pk=by.user.pk)
    before = own_values_of(user)
    if meanwhile := {name: before[name] for name in OWN if before[name] != seen.get(name)}:
        raise Changed(meanwhile)
    for name in OWN:
        setattr(user, name, values[name])
    user.save(update_fields=OWN)
    _tell_by_mail(user, before["email"], by=by)
    if told := _told(before, values):
        record(Action.ACCOUNT_CHANGED, by=by, subject=user.username, changes=told)


def what_changed(changed: Changed) -> str:
    """Say what somebody else made of a user while a page about them was open."""
    told = "; ".join(
        f"{NAMES[name]}: {in_words(name, value) or '–'}" for name, value in changed.now.items()
    )
    return _now(
        "Somebody changed this user while you had the page open (%(told)s). Nothing was saved. Look"
        " at your entries below, and save once more if they should replace that."
    ) % {"told": told}


@transaction.atomic
def delete_user(user: User, *, by: Actor) -> None:
    """Delete a user. What they did stays in the record. Raises `roles.Refused`, as above."""
    user, by = _held(user, by)
    if by.user == user:
        raise roles.Refused(_("This is your own account. Ask another administrator to delete it."))
    told, name = _told(values_of(user), {}), user.username
    end_sessions(user)
    user.delete()
    roles.require_somebody_with_all()
    record(Action.USER_DELETED, by=by, subject=name, changes=told)


@transaction.atomic
def sign_out(user: User, *, by: Actor) -> None:
    """End all of a user's sessions. Raises `roles.Refused`, as above."""
    user, by = _held(user, by)
    end_sessions(user)
    record(Action.USER_SIGNED_OUT, by=by, subject=user.username)


@transaction.atomic
def reset_factors(user: User, *, by: Actor) -> None:
    """Take a user's second factors away. Raises `roles.Refused`, as above."""
    user, by = _held(user, by)
    reset_second_factors(user, by)


def _held(user: User, by: Actor) -> tuple[User, Actor]:
    """Return both as they are, and stay until the transaction ends; `by` may change `user`."""
    by = roles.lock_people(by)
    found = User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    if found is None:
        raise roles.Refused(_("Somebody has deleted this user meanwhile."))
    roles.require_may_change(found, by=by)
    return found, by


def _write(user: User, values: Values) -> None:
    for name in _OF_THE_USER:
        value: Any = values[name]
        setattr(user, name, bool(value) if name == "is_active" else value)


def _tell_by_mail(
    user: User, address_before: str, *, by: Actor, has_new_password: bool = False
) -> None:
    """Tell the user what a thief would do first: at the address that was theirs until now."""
    who = by.user.get_username() if by.user else ""
    if user.email != address_before:
        mails.tell_at(address_before, user, mails.ADDRESS_CHANGED, who=who)
    if has_new_password:
        mails.tell_at(address_before or user.email, user, mails.SET_BY_ANOTHER, who=who)


def _told(before: Values, after: Values) -> list[Change]:
    return [
        Change(
            NAMES[name],
            in_words(name, before[name]) if name in before else "",
            in_words(name, after[name]) if name in after else "",
        )
        for name in NAMES
        if after.get(name, "") != before.get(name, "")
    ]
