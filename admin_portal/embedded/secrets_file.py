"""The file of random secrets that the embedded default runs on."""

import base64
import os
import secrets
from pathlib import Path


def write_secrets(path: Path) -> None:
    """Write new secrets to `path`, for its owner alone, unless the file is there already."""
    lines = {
        "ADMIN_SECRET_KEY": secrets.token_urlsafe(50),
        "ADMIN_ENCRYPTION_KEYS": _encryption_key(),
        "ACCOUNT_SECRET_KEY": secrets.token_urlsafe(50),
        "ACCOUNT_ENCRYPTION_KEYS": _encryption_key(),
        "ACCOUNT_DIGEST_KEY": secrets.token_urlsafe(32),
    }
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode=0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write("# Secrets of this installation. Whoever loses them loses the stored keys.\n")
        file.writelines(f"{name}={value}\n" for name, value in lines.items())


def _encryption_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()
