"""Add to the record of what administrators do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from admin_portal.action_log import chain
from admin_portal.action_log.actions import Action, Result
from admin_portal.action_log.models import ActionRecord, ChainHead
from admin_portal.actors import Actor
from admin_portal.mail import one_line

LONGEST_TEXT = 200


@dataclass(frozen=True)
class Change:
    """One thing that changed. A secret is told by its fingerprint, never by itself."""

    name: str
    old: str
    new: str


@transaction.atomic
def record(
    action: Action,
    *,
    by: Actor,
    result: Result = Result.SUCCESS,
    subject: str = "",
    changes: Iterable[Change] = (),
    user_name: str = "",
    request_id: str = "",
) -> ActionRecord:
    """Add a record, in the transaction of what it tells of: neither is kept without the other.

    `subject` is what was acted on, as people call it; names of our own are in English, marked with
    gettext_noop, and translated as they are shown. `user_name` is for attempts by nobody who is
    known. Every text is put on one line and cut at `LONGEST_TEXT` characters, whoever typed it.

    Record last: until the transaction ends, everybody else who records waits.
    """
    # One writer after the other, until each has committed: that is what makes it a chain.
    ChainHead.objects.get_or_create(pk=1)
    head = ChainHead.objects.select_for_update().get(pk=1)
    row = ActionRecord(
        number=head.number + 1,
        at=timezone.now(),
        group=action.group,
        action=action,
        result=result,
        user_number=by.user.pk if by.user else None,
        user_name=_text(by.user.get_username() if by.user else user_name)[:150],
        address=by.address,
        subject=_text(subject),
        changes=[[_text(c.name), _text(c.old), _text(c.new)] for c in changes],
        request_id=request_id,
    )
    row.mac = chain.seal(row, chain.key_for(row.number), before=head.mac)
    row.save(force_insert=True)
    ChainHead.objects.filter(pk=1).update(number=row.number, mac=row.mac)
    return row


def _text(text: str) -> str:
    return one_line(str(text))[:LONGEST_TEXT]
