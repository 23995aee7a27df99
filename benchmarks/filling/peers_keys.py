"""Fill the peers' database with keys of each kind: python -m benchmarks.filling.peers_keys ROWS.

All are real. Headers with a thousand of each are left in files beside the database.
"""

import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import django

SHOWN = 1_000
BATCH = 5_000

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.peers.api_keys.settings"
django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from knox import crypto
from knox.models import AuthToken
from knox.settings import CONSTANTS
from rest_framework.authtoken.models import Token
from rest_framework_api_key.models import APIKey

from benchmarks.filling.copying import analyze

EXPIRY = timezone.now() + timedelta(days=365)


def main(rows: int) -> None:
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        User.objects.bulk_create(
            (User(username=f"user {number}") for number in range(rows)), batch_size=BATCH
        )
        users = User.objects.order_by("pk")
        keys = {
            "api-key": ("Api-Key", list(api_keys(rows))),
            "authtoken": ("Token", list(auth_tokens(users.iterator()))),
            "knox": ("Token", list(knox_tokens(users.iterator()))),
        }
    analyze()
    for name, (scheme, made) in keys.items():
        lines = "".join(f"Authorization: {scheme} {key}\n" for key in made[:: rows // SHOWN])
        (Path(os.environ["VAR_DIR"]) / name).write_text(lines)
    (Path(os.environ["VAR_DIR"]) / "trivial").write_text("Authorization: none\n")


def api_keys(rows: int) -> Iterator[str]:
    made = []
    for number in range(rows):
        one = APIKey(name=f"key {number}", expiry_date=EXPIRY)
        yield APIKey.objects.assign_key(one)
        made.append(one)
    APIKey.objects.bulk_create(made, batch_size=BATCH)


def auth_tokens(users: Iterator[User]) -> Iterator[str]:
    made = [Token(user=user, key=Token.generate_key()) for user in users]
    Token.objects.bulk_create(made, batch_size=BATCH)
    return (token.key for token in made)


def knox_tokens(users: Iterator[User]) -> Iterator[str]:
    made = []
    for user in users:
        token = crypto.create_token_string()
        yield token
        digest, start = crypto.hash_token(token), token[: CONSTANTS.TOKEN_KEY_LENGTH]
        made.append(AuthToken(user=user, digest=digest, token_key=start, expiry=EXPIRY))
    AuthToken.objects.bulk_create(made, batch_size=BATCH)


if __name__ == "__main__":
    main(int(sys.argv[1]))
