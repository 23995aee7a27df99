"""Fill the Commerce account's database with keys: python -m benchmarks.filling.keys ROWS.

A thousand of them, evenly spread, are real; the headers that hold these are left in the file
`headers` beside the database. The rest have random digests.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

import django

REAL = 1_000
KEYS_OF_A_COMPANY = 100

os.environ["DJANGO_SETTINGS_MODULE"] = "admin_portal.settings.commerce_account"
django.setup()

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from admin_portal.actors import NOBODY
from admin_portal.encryption import encrypt
from api_keys.commerce_account.digests import digest_of
from api_keys.commerce_account.issuing import issue_key
from api_keys.commerce_account.models import Company, IssuedKey
from api_keys.contract import Environment, fingerprint, generate_key, last_four
from benchmarks.filling.copying import analyze, copy, hurry


def main(rows: int) -> None:
    call_command("migrate", verbosity=0)
    hurry()
    with transaction.atomic():
        fill(rows)
        real = [make_real(pk) for pk in range(1, rows + 1, max(1, rows // REAL))][:REAL]
    analyze()
    lines = "".join(f"x-api-key: {key}\n" for key in real)
    (Path(os.environ["VAR_DIR"]) / "headers").write_text(lines)


def fill(rows: int) -> None:
    """Copy one key so often, each time with another digest, to companies of a hundred keys."""
    now = timezone.now()
    company = Company.objects.create(name="Acme")
    copy(company, -(-rows // KEYS_OF_A_COMPANY), {"name": "'Company ' || n"})
    expires_at = now + timedelta(days=365)
    key = issue_key(company, Environment.PRODUCTION, "A key", by=NOBODY, expires_at=expires_at)
    # Long in use: a first use is written in the answer.
    IssuedKey.objects.update(first_used_at=now, last_used_at=now)
    other = {
        "digest": "random_digest",
        "company_id": f"{company.pk} + (n - 1) / {KEYS_OF_A_COMPANY}",
        "description": "'Key ' || n",
    }
    copy(key, rows, other)


def make_real(pk: int) -> str:
    key = generate_key(Environment.PRODUCTION)
    IssuedKey.objects.filter(pk=pk).update(
        digest=digest_of(key),
        ciphertext=encrypt(key),
        fingerprint=fingerprint(key),
        last_four=last_four(key),
    )
    return key


if __name__ == "__main__":
    main(int(sys.argv[1]))
