"""Long tables, made by the database itself out of one row."""

from collections.abc import Mapping

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model

RANDOM_DIGEST = {"sqlite": "lower(hex(randomblob(32)))",
                 "postgresql": "encode(sha256(n::text::bytea), 'hex')"}  # fmt: skip


def hurry() -> None:
    """Write faster from here on, as only a database may that can be made anew."""
    if connection.vendor == "sqlite":
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-4000000"):
            connection.cursor().execute(f"PRAGMA {pragma}")


def copy(row: Model, rows: int, other: Mapping[str, str]) -> None:
    """Copy a row until its table holds `rows`, with ids that go on from its own.

    `other` has SQL for the columns that differ, where n is the id and `random_digest` a new one.
    """
    model = type(row)
    expressions = {"id": "n", **other}
    columns = [field.attname for field in model._meta.concrete_fields]
    table, digest = model._meta.db_table, RANDOM_DIGEST[connection.vendor]
    values = ", ".join(expressions.get(name, f'"{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {table} ({names})
            WITH RECURSIVE series(n) AS
                (SELECT {row.pk} UNION ALL SELECT n + 1 FROM series WHERE n < {row.pk + rows - 1})
            SELECT {values.replace("random_digest", digest)}
            FROM series, {table} WHERE id = {row.pk} AND n > id"""  # noqa: S608
        )
        for line in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(line)


def analyze() -> None:
    """Let the database learn what it holds."""
    connection.cursor().execute(
        "VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE"
    )
