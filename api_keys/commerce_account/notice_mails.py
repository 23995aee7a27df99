"""The e-mails about events: what they say, and whether there is still something to say."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from admin_portal.mail import automatic_mail, one_line
from api_keys.commerce_account.environments import label_of
from api_keys.commerce_account.history_words import details
from api_keys.commerce_account.members import invitation_link
from api_keys.commerce_account.models import Event, Invitation, IssuedKey, Notice
from api_keys.commerce_account.notices import key_users_of

Words = dict[str, Any]

_ABOUT_PEOPLE = (Event.Kind.SIGNED_IN, Event.Kind.MEMBER_JOINED, Event.Kind.ROLE_CHANGED)


def mail_about(notice: Notice, now: datetime) -> EmailMessage | None:
    """Return what to send; None when it is no longer true, or no longer the recipient's business.

    A description, a name or an address can't begin a line, let alone a header, of its own.
    """
    event = notice.event
    if not _is_for(notice.recipient, event):
        return None
    words = _words_about(event, now)
    if words is None:
        return None
    folder = f"commerce_account/notices/{event.kind}"
    subject = render_to_string(f"{folder}_subject.txt", words)
    return automatic_mail(
        notice.recipient,
        subject=subject,
        body=render_to_string(f"{folder}_message.txt", words),
        reference=notice.reference,
    )


def _is_for(recipient: str, event: Event) -> bool:
    # Somebody who left, or may see no keys any more, is told nothing more of them. Whoever has
    # only changed addresses is told under the old one: it may have been somebody else who did.
    if event.kind == Event.Kind.MEMBER_INVITED:
        return True
    people = User.objects.filter(email__iexact=recipient)
    if not people.exists():
        return True
    if event.kind in _ABOUT_PEOPLE:
        # Also who is no owner any more: it may have been the newcomer who put them out.
        return people.filter(is_active=True).exists()
    return key_users_of(event.company_id).filter(email__iexact=recipient).exists()


def _words_about(event: Event, now: datetime) -> Words | None:
    words = {
        "event": event,
        "company": one_line(str(event.company)),
        "who": one_line(event.actor_email),
        "home": settings.SITE_URL + reverse("api_portal"),
        "password": settings.SITE_URL + reverse("account_reset_password"),
    }
    if event.kind == Event.Kind.MEMBER_INVITED:
        return _words_of_invitation(event, now, words)
    if event.key is None:
        return {**words, "details": one_line(details(event)), "members": _members_page(event)}
    if event.kind in _EXPIRY and not _is_still_to_tell(event.kind, event.key, now):
        return None
    return {**words, **_words_of_key(event, event.key)}


def _members_page(event: Event) -> str:
    return settings.SITE_URL + reverse("members", args=[event.company_id])


_EXPIRY = (Event.Kind.KEY_EXPIRES_SOON, Event.Kind.KEY_EXPIRED)


def _is_still_to_tell(kind: str, key: IssuedKey, now: datetime) -> bool:
    is_due = key.revoked_at is None and key.retires_at is None
    return is_due and key.is_expired(now) == (kind == Event.Kind.KEY_EXPIRED)


def _words_of_key(event: Event, key: IssuedKey) -> Words:
    retires_at = event.detail.get("retires_at")
    return {
        "key": key,
        "description": one_line(key.description),
        "environment": label_of(key.environment),
        "link": settings.SITE_URL + reverse("key", args=[event.company_id, key.pk]),
        "is_about_expiry": event.kind in _EXPIRY,
        "retires_at": datetime.fromisoformat(retires_at) if retires_at else None,
    }


def _words_of_invitation(event: Event, now: datetime, words: Words) -> Words | None:
    invitation = Invitation.objects.filter(
        pk=event.detail["invitation"], accepted_at=None, withdrawn_at=None, expires_at__gt=now
    ).first()
    if invitation is None:
        return None
    return {
        **words,
        "company": words["company"].translate(_UNQUOTED),
        "invitation": invitation,
        "link": invitation_link(invitation),
    }


_UNQUOTED = str.maketrans(dict.fromkeys('"“”„', "'"))
"""The company's name stands in quotes, which it can't end."""
