"""Add to the record of what administrators do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone, translation

from admin_portal.action_log import chain
from admin_portal.action_log.actions import Action, Result
from admin_portal.action_log.models import ActionRecord, ChainHead
from admin_portal.actors import Actor, actor_of
from admin_portal.mail import one_line
from api_keys.contract import KEY_PATTERN

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST_TEXT = 200


@dataclass(frozen=True)
class Change:
    """One thing that changed. A secret is told by its fingerprint, never by itself."""

    name: StrOrPromise
    old: StrOrPromise
    new: StrOrPromise


@transaction.atomic
def record(
    action: Action,
    *,
    by: Actor,
    result: Result = Result.SUCCESS,
    subject: StrOrPromise = "",
    changes: Iterable[Change] = (),
    user_name: str = "",
) -> ActionRecord:
    """Add a record, in the transaction of what it tells of: neither is kept without the other.

    `subject` is what was acted on, as people call it. Names of our own are kept in English, lazy
    ones, too, and translated as they are shown. `user_name` is for attempts by nobody who is known.
    Every text is put on one line and cut at `LONGEST_TEXT` characters, whoever typed it.

    Record last: until the transaction ends, everybody else who records waits. So nothing that
    waits for a network may follow in it.
    """
    head = _head()
    row = ActionRecord(
        number=head.number + 1,
        at=timezone.now(),
        group=action.group,
        action=action,
        result=result,
        user_number=by.user.pk if by.user else None,
        user_name=_text(by.user.get_username() if by.user else user_name or by.name)[:150],
        address=_text(by.address)[:45],
        subject=_text(subject),
        changes=[[_text(c.name), _text(c.old), _text(c.new)] for c in changes],
        request_id=_text(by.request_id)[:64],
    )
    key = chain.key_for(row.number)
    row.mac = chain.seal(row, key, before=chain.mac_before_next(head))
    row.save(force_insert=True)
    head.number, head.mac = row.number, row.mac
    head.seal = chain.head_seal(head, key)
    head.save()
    return row


def record_export(request: HttpRequest, subject: StrOrPromise, form: forms.Form) -> None:
    """Record that somebody takes a list away as a file, with what was filtered by."""
    chosen = [
        Change(field.label, "", str(form.cleaned_data[name]))
        for name, field in form.fields.items()
        if form.cleaned_data.get(name) and field.label
    ]
    record(Action.EXPORTED, by=actor_of(request), subject=subject, changes=chosen)


def _head() -> ChainHead:
    """Return the note of the last row.

    Where somebody has removed it or put it back, it is made anew from the last row there is:
    signing in has to work all the same. Without a seal of its own, the next row tells so for good.
    """
    # One writer after the other, until each has committed: that is what makes it a chain.
    ChainHead.objects.get_or_create(pk=1)
    head = ChainHead.objects.select_for_update().get(pk=1)
    if ActionRecord.objects.filter(pk=head.number + 1).exists():
        last = ActionRecord.objects.latest("pk")
        head.number, head.mac, head.seal = last.number, last.mac, ""
    return head


def _text(text: StrOrPromise) -> str:
    with translation.override("en"):
        written = one_line(str(text))
    # Where somebody pasted a key into another field, for instance that of the user name.
    return KEY_PATTERN.sub("[key]", written)[:LONGEST_TEXT]
