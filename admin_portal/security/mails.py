"""E-mails about administrators' accounts: written down with what they tell of, and sent later.

So no page waits for a mail server, nor takes longer over an address that somebody has.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from admin_portal import sending
from admin_portal.background_jobs import delete_in_batches
from admin_portal.mail import automatic_mail
from admin_portal.preferences.choosing import in_words_for
from admin_portal.security.models import SecurityMail

RESET_LINK = "security/mails/password_reset"
ACCOUNT_CREATED = "security/mails/account_created"
ADDRESS_CHANGED = "security/mails/address_changed"
SET_BY_ANOTHER = "security/mails/password_set"
KEPT = timedelta(days=7)
"""How long an e-mail is kept once it was sent, or nobody tries any more."""


def tell(user: User, kind: str, **detail: str) -> None:
    """Write down an e-mail to `user`, in the transaction of what it tells of."""
    tell_at(user.email, user, kind, **detail)


def tell_at(address: str, user: User, kind: str, **detail: str) -> None:
    """Write down an e-mail about `user` to an address that may be theirs no more."""
    if address:
        SecurityMail.objects.create(kind=kind, recipient=address, user=user, detail=detail)


def ask_for_link(email: str) -> None:
    """Write down that somebody wants to choose a new password. Whose address it is, nobody looks.

    That is left to `send_due`, so that asking takes as long for an address that nobody has.
    """
    SecurityMail.objects.create(kind=RESET_LINK, recipient=email)


def send_due(now: datetime) -> int:
    """Try each e-mail that is due; return how many were sent."""
    return sending.send_due(SecurityMail.objects.select_related("user"), _mail_about, now)


def purge(now: datetime) -> None:
    delete_in_batches(SecurityMail.objects.filter(created_at__lt=now - KEPT))


def _mail_about(mail: SecurityMail, now: datetime) -> EmailMessage | None:
    words: dict[str, Any] = {**mail.detail, "timestamp": mail.created_at}
    recipient, reader = mail.recipient, mail.user
    if mail.kind == RESET_LINK:
        people = _people_with(mail.recipient)
        if not people or now - mail.created_at > timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT):
            return None
        # To the address as we know it, not as it was typed: letters may only look the same.
        recipient, reader = people[0].email, people[0]
        words["links"] = [(person.get_username(), _link_of(person)) for person in people]
    if mail.kind == ACCOUNT_CREATED and mail.user:
        words |= {"user": mail.user, "link": _link_of(mail.user), "home": settings.SITE_URL}
    with in_words_for(reader, otherwise=mail.language):
        return automatic_mail(
            recipient,
            subject=render_to_string(f"{mail.kind}_subject.txt", words),
            body=render_to_string(f"{mail.kind}_message.txt", words),
            reference=mail.reference,
        )


def _people_with(email: str) -> list[User]:
    """Return who may choose a new password by a link to that address."""
    found = User.objects.filter(email__iexact=email, is_active=True).order_by("pk")
    return [user for user in found if user.email.casefold() == email.casefold()]


def _link_of(user: User) -> str:
    token = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), token])
    return f"{settings.SITE_URL}{path}"
