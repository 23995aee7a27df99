"""Rotation of encryption keys, for the tests of both sites."""

import io
from collections.abc import Callable

from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from pytest_django import Settings

from admin_portal.rotation import RotateCommand


def put_new_key_first(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]


def drop_old_keys(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]


def rotate(command: type[RotateCommand], *options: str) -> tuple[int, str]:
    """Run a site's own command; return its exit code, and all that it said."""
    said = io.StringIO()
    try:
        # By itself, not by its name: in the tests' settings both sites have one of that name.
        call_command(command(), *options, stdout=said, stderr=said)
    except CommandError as error:
        return error.returncode, f"{said.getvalue()}{error}"
    return 0, said.getvalue()


ReEncrypt = Callable[[str], str | None]


def after_reading(do: Callable[[], object], re_encrypted: ReEncrypt) -> ReEncrypt:
    """Return `re_encrypted`, but `do` happens at its first call: before anything is written."""
    waiting = [do]

    def re_encrypt(ciphertext: str) -> str | None:
        if waiting:
            waiting.pop()()
        return re_encrypted(ciphertext)

    return re_encrypt
