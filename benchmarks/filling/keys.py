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
from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils import timezone

from admin_portal.actors import NOBODY
from admin_portal.encryption import encrypt
from api_keys.commerce_account.digests import digest_of
from api_keys.commerce_account.issuing import issue_key
from api_keys.commerce_account.models import Company, IssuedKey
from api_keys.contract import Environment, fingerprint, generate_key, last_four


def main(rows: int) -> None:
    call_command("migrate", verbosity=0)
    if connection.vendor == "sqlite":
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-4000000"):
            connection.cursor().execute(f"PRAGMA {pragma}")
    with transaction.atomic():
        fill(rows)
        real = [make_real(pk) for pk in range(1, rows + 1, max(1, rows // REAL))][:REAL]
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    lines = "".join(f"x-api-key: {key}\n" for key in real)
    (Path(os.environ["VAR_DIR"]) / "headers").write_text(lines)


def fill(rows: int) -> None:
    """Copy one key so often, each time with another digest, to companies of a hundred keys."""
    now = timezone.now()
    companies = -(-rows // KEYS_OF_A_COMPANY)
    Company.objects.bulk_create(
        (Company(name=f"Company {number}") for number in range(companies)), batch_size=10_000
    )
    first = Company.objects.order_by("pk")[0]
    key = issue_key(first, Environment.PRODUCTION, "A key", by=NOBODY,
                    expires_at=now + timedelta(days=365))  # fmt: skip
    # Long in use: a first use is written in the answer.
    IssuedKey.objects.update(first_used_at=now, last_used_at=now)
    assert IssuedKey.objects.get().pk == key.pk == 1
    digest = "lower(hex(randomblob(32)))"
    if connection.vendor == "postgresql":
        digest = "encode(sha256(n::text::bytea), 'hex')"
    other = {
        "id": "n",
        "digest": digest,
        "company_id": f"{first.pk} + (n - 1) / {KEYS_OF_A_COMPANY}",
        "description": "'Key ' || n",
    }
    columns = [field.attname for field in IssuedKey._meta.concrete_fields]
    values = ", ".join(other.get(column, column) for column in columns)
    table = IssuedKey._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {table} ({", ".join(columns)})
            WITH RECURSIVE series(n) AS
                (SELECT 2 UNION ALL SELECT n + 1 FROM series WHERE n < {rows})
            SELECT {values} FROM series, {table} WHERE id = 1"""  # noqa: S608
        )
        for line in connection.ops.sequence_reset_sql(no_style(), [IssuedKey]):
            cursor.execute(line)


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
