"""E-mails that a site writes by itself, and where they go while no mail server is set up."""

import sys
import unicodedata
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend
from django.http import HttpRequest

from admin_portal.settings.base import LOOPBACK_HOSTS, hosts_of

_BREAKS = ("Cc", "Zl", "Zp")
_REORDERING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


class TerminalAndFileBackend(EmailBackend):
    """Keeps each message in a file and prints it, where no mail server is set up yet."""

    def write_message(self, message: Any) -> None:
        super().write_message(message)
        sys.stdout.write(f"{message.message().as_string()}\n{'-' * 79}\n")
        sys.stdout.flush()


def mail_server(request: HttpRequest) -> dict[str, bool]:
    """Tell templates whether e-mails stay on this machine, for its user to find. For TEMPLATES."""
    is_on_loopback = hosts_of(settings.SITE_URL) == LOOPBACK_HOSTS
    return {"keeps_mails": not settings.EMAIL_URL and is_on_loopback}


def automatic_mail(to: str, *, subject: str, body: str, reference: str) -> EmailMessage:
    """Return an e-mail that nobody should answer. `reference` is the site's own name for it.

    The reference is the same at a second attempt: a mailbox that has got it already may notice.
    """
    host = urlsplit(settings.SITE_URL).hostname
    return EmailMessage(
        subject=one_line(subject),
        body=body,
        to=[to],
        headers={"Auto-Submitted": "auto-generated", "Message-ID": f"<{reference}@{host}>"},
    )


def one_line(text: str) -> str:
    """Put text that somebody entered on one line, which reads in the order it is written in."""
    kept = (" " if unicodedata.category(sign) in _BREAKS else sign for sign in text)
    return " ".join("".join(sign for sign in kept if sign not in _REORDERING).split())
