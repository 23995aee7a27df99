import sys
from typing import Any

from django.core.mail.backends.filebased import EmailBackend


class TerminalAndFileBackend(EmailBackend):
    """Keeps each message in a file and prints it, where no mail server is set up yet."""

    def write_message(self, message: Any) -> None:
        super().write_message(message)
        sys.stdout.write(f"{message.message().as_string()}\n{'-' * 79}\n")
        sys.stdout.flush()
