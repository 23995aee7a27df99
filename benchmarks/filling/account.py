"""Fill the lists of one company in the Commerce account: python -m benchmarks.filling.account ROWS.

Its first key is left in the file `key` beside the database.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

import django

BATCH = 1_000

os.environ["DJANGO_SETTINGS_MODULE"] = "admin_portal.settings.commerce_account"
django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from admin_portal.actors import NOBODY
from api_keys.commerce_account.issuing import issue_key, read_key
from api_keys.commerce_account.models import (
    Company,
    Event,
    Invitation,
    IssuedKey,
    KeyUsage,
    Membership,
    Role,
)
from api_keys.contract import Environment
from benchmarks.filling.copying import analyze, copy, hurry
from benchmarks.signing_in import NAME, PASSWORD

NOW = timezone.now()


def main(rows: int) -> None:
    call_command("migrate", verbosity=0)
    hurry()
    with transaction.atomic():
        company = Company.objects.create(name="Acme")
        people(company, rows)
        key = keys(company, rows)
        history(company, key, rows)
    analyze()
    (Path(os.environ["VAR_DIR"]) / "key").write_text(read_key(key))


def people(company: Company, rows: int) -> None:
    """Fill the company with members and open invitations."""
    owner = User.objects.create_user(NAME, f"{NAME}@example.com", PASSWORD)
    names = (f"user{number}@example.com" for number in range(rows))
    users = User.objects.bulk_create((User(username=name, email=name) for name in names), BATCH)
    Membership.objects.create(company=company, user=owner, role=Role.OWNER)
    Membership.objects.bulk_create(
        (Membership(company=company, user=user, role=Role.VIEWER) for user in users), BATCH
    )
    Invitation.objects.bulk_create(
        (
            Invitation(
                company=company,
                email=f"new{number}@example.com",
                role=Role.VIEWER,
                invited_by=owner,
                expires_at=NOW + timedelta(days=365),
            )
            for number in range(rows)
        ),
        BATCH,
    )


def keys(company: Company, rows: int) -> IssuedKey:
    """Return the first of so many keys, which is used from as many addresses."""
    issued = issue_key(company, Environment.PRODUCTION, "A key", by=NOBODY, expires_at=None)
    IssuedKey.objects.update(first_used_at=NOW, last_used_at=NOW)
    copy(issued, rows, {"digest": "random_digest", "description": "'Key ' || n"})
    KeyUsage.objects.bulk_create(
        (
            KeyUsage(key=issued, day=NOW.date() - timedelta(number // 20), address="192.0.2.1",
                     client=f"client/{number % 20}", calls=1, last_used_at=NOW)
            for number in range(rows)
        ),
        BATCH,
    )  # fmt: skip
    return issued


def history(company: Company, key: IssuedKey, rows: int) -> None:
    Event.objects.bulk_create(
        (
            Event(company=company, kind=Event.Kind.KEY_REVEALED, key=key,
                  created_at=NOW - timedelta(minutes=number))
            for number in range(rows)
        ),
        BATCH,
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]))
