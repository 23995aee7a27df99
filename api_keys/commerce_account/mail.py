import sys
from typing import Any

from django.conf import settings
from django.core.mail.backends.filebased import EmailBackend
from django.http import HttpRequest


class TerminalAndFileBackend(EmailBackend):
    """Keeps each message in a file and prints it, where no mail server is set up yet."""

    def write_message(self, message: Any) -> None:
        super().write_message(message)
        sys.stdout.write(f"{message.message().as_string()}\n{'-' * 79}\n")
        sys.stdout.flush()


def mail_server(request: HttpRequest) -> dict[str, bool]:
    """Tell templates whether e-mails go out at all. A context processor."""
    return {"has_mail_server": bool(settings.EMAIL_URL)}
