"""Which events people are told of by e-mail, and whom. `sending` does the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from django.contrib.auth.models import User
from django.db.models import QuerySet

from api_keys.commerce_account.models import Event, Membership, Notice, Role


def plan(event: Event) -> None:
    """Write down who is due an e-mail about `event`, in the transaction of what it tells of."""
    recipients = _RECIPIENTS.get(Event.Kind(event.kind))
    if recipients:
        addresses = sorted(filter(None, set(recipients(event))))
        Notice.objects.bulk_create(Notice(event=event, recipient=to) for to in addresses)


def key_users_of(company_pk: int) -> QuerySet[User]:
    """Return the company's owners and developers, but nobody whose account is blocked."""
    roles = [role for role in Role if role.may_use_keys()]
    return User.objects.filter(
        is_active=True, membership__company=company_pk, membership__role__in=roles
    )


def _the_other_owners(event: Event) -> Iterable[str]:
    # Whoever did it is told, too: it may have been a thief in that owner's account.
    owners = User.objects.filter(
        is_active=True, membership__company=event.company_id, membership__role=Role.OWNER
    )
    others = owners.exclude(email__iexact=event.detail.get("email", ""))
    return others.values_list("email", flat=True)


def _the_other_owners_of_a_new_one(event: Event) -> Iterable[str]:
    return _the_other_owners(event) if event.detail.get("new") == Role.OWNER else []


def _key_users(event: Event) -> Iterable[str]:
    return key_users_of(event.company_id).values_list("email", flat=True)


def _key_users_but_of_a_roll_called_off(event: Event) -> Iterable[str]:
    return [] if event.detail.get("roll_called_off") else _key_users(event)


def _the_others_if_revealed_by_another(event: Event) -> Iterable[str]:
    if event.key is None or event.actor_id == event.key.created_by_id is not None:
        return []
    others = key_users_of(event.company_id)
    if event.actor:
        others = others.exclude(pk=event.actor.pk)
    return others.values_list("email", flat=True)


def _the_person_on_a_new_device(event: Event) -> Iterable[str]:
    # A sign-in is an event of each of the person's companies; one e-mail tells of all of them.
    person = event.actor
    if person is None or not event.detail.get("new_device"):
        return []
    first = Membership.objects.filter(user=person).order_by("pk").first()
    return [person.email] if first and first.company_id == event.company_id else []


def _the_invited(event: Event) -> Iterable[str]:
    return [event.detail.get("email", "")]


_RECIPIENTS: Mapping[Event.Kind, Callable[[Event], Iterable[str]]] = {
    Event.Kind.KEY_CREATED: _key_users,
    Event.Kind.KEY_ROLLED: _key_users,
    Event.Kind.ROLL_CALLED_OFF: _key_users,
    Event.Kind.KEY_DELETED: _key_users_but_of_a_roll_called_off,
    Event.Kind.KEY_LEAKED: _key_users,
    Event.Kind.KEY_EXPIRES_SOON: _key_users,
    Event.Kind.KEY_EXPIRED: _key_users,
    Event.Kind.KEY_REVEALED: _the_others_if_revealed_by_another,
    Event.Kind.SIGNED_IN: _the_person_on_a_new_device,
    Event.Kind.MEMBER_INVITED: _the_invited,
    Event.Kind.MEMBER_JOINED: _the_other_owners,
    Event.Kind.ROLE_CHANGED: _the_other_owners_of_a_new_one,
}
