"""Check keys. Nothing here writes, and nothing touches a key's ciphertext."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from api_keys.commerce_account.digests import digest_of
from api_keys.commerce_account.models import IssuedKey, KeyDates
from api_keys.contract import Answer, Environment, Verdict


@dataclass(frozen=True, slots=True)
class FoundKey(KeyDates):
    """As much of an `IssuedKey` as an answer needs, without what makes a model of it."""

    id: int
    environment: str
    fingerprint: str
    expires_at: datetime | None
    revoked_at: datetime | None
    retires_at: datetime | None
    first_used_at: datetime | None


_COLUMNS = ", ".join(field.name for field in fields(FoundKey))
# Names of our own, nothing that anybody sends: only the digest is, and it goes as a parameter.
_FIND = f"SELECT {_COLUMNS} FROM {IssuedKey._meta.db_table} WHERE digest = %s"  # noqa: S608  (our own names)

UNKNOWN = Answer(Verdict.INVALID)
"""The answer about every key that was never issued, malformed ones among them."""


def check_key(key: str, environment: Environment) -> Answer:
    """Say whether `key` is good for `environment`, now."""
    return answer_about(find_key(digest_of(key)), environment, timezone.now())


def find_key(digest: str) -> FoundKey | None:
    """Return the key's row, with what an answer about it needs. One query.

    By a cursor, in ready-made SQL: the ORM took several times as long to compose a query as the
    database to answer it. Nothing asks first whether the connection still stands, either, as
    Django does with a query of its own before each request; one that broke is made anew.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    was_kept = connection.connection is not None
    try:
        row = _row_of(connection, digest)
    except Error:
        if not was_kept or connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()
        row = _row_of(connection, digest)
    if row is None:
        return None
    if connection.vendor == "sqlite":  # which keeps UTC, but doesn't say so
        row = [value.replace(tzinfo=UTC) if isinstance(value, datetime) else value for value in row]
    return FoundKey(*row)


def _row_of(connection: BaseDatabaseWrapper, digest: str) -> Sequence[Any] | None:
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [digest])
        row: Sequence[Any] | None = cursor.fetchone()
    return row


def answer_about(issued: FoundKey | None, environment: Environment, now: datetime) -> Answer:
    """Say whether a key is good for `environment` at `now`. None was never issued.

    The digest comes first: nothing about a key's state is told to anyone who can't send that very
    key. A revoked or expired key of the other environment is called revoked or expired, because
    that is what its holder has to mend.
    """
    if issued is None:
        return UNKNOWN
    return Answer(
        _verdict_on(issued, environment, now),
        environment=Environment(issued.environment),
        fingerprint=issued.fingerprint,
        expires_at=issued.ends_at,
        revoked_at=issued.revoked_since(now),
    )


def _verdict_on(issued: FoundKey, environment: Environment, now: datetime) -> Verdict:
    if issued.revoked_since(now):
        return Verdict.REVOKED
    if issued.is_expired(now):
        return Verdict.EXPIRED
    if issued.environment != environment:
        return Verdict.WRONG_ENVIRONMENT
    return Verdict.VALID
