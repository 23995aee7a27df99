"""What seals the records: each with the one before, by a key that the database alone can't tell."""

from __future__ import annotations

import hmac
import json
import logging
import secrets
from typing import Any

from admin_portal.action_log.models import ActionRecord, ChainHead, ChainKey
from admin_portal.encryption import UnreadableError, decrypt, encrypt

logger = logging.getLogger(__name__)

_MARK = "seal of the Action Log: "
"""What a key is encrypted with. The Admin also encrypts texts that people know, as the secrets of
their authenticator apps; none has a space, so that none passes for a key."""

NOT_AS_NOTED = "not as noted"
"""What a row is sealed with in place of the one before, where the note of that was wrong."""


def key_for(number: int) -> str:
    """Return the key that seals the record of that number, which is the next one.

    Where the last key can't be read, a new one begins: signing in has to work all the same.
    """
    last = ChainKey.objects.order_by("first_number").last()
    if last:
        try:
            return opened(last)
        except UnreadableError:
            logger.error(
                "No key of ADMIN_ENCRYPTION_KEYS opens what seals the Action Log from row %s on:"
                " another seal begins with row %s.",
                last.first_number,
                number,
            )
    key = secrets.token_hex(32)
    ChainKey.objects.create(first_number=number, ciphertext=encrypt(_MARK + key))
    return key


def opened(kept: ChainKey) -> str:
    """Return a key. Raises UnreadableError, also for what was encrypted to be something else."""
    text = decrypt(kept.ciphertext)
    if not text.startswith(_MARK):
        raise UnreadableError
    return text.removeprefix(_MARK)


def mac_before_next(head: ChainHead) -> str:
    """Return what the next row is sealed with: the seal of the last one.

    Unless it was not us who noted that row as the last: others may be cut off behind it, and the
    verification is to find the next one wrong for good.
    """
    sealed_by = ChainKey.objects.filter(first_number__lte=head.number).order_by("first_number")
    try:
        key = opened(last) if (last := sealed_by.last()) else None
    except UnreadableError:
        key = None
    # Without a key, the rows before are found anyway: as not verifiable.
    if not key or is_sealed(head, key):
        return head.mac
    logger.error("The note that row %s of the Action Log is the last was altered.", head.number)
    return NOT_AS_NOTED


def is_sealed(head: ChainHead, key: str) -> bool:
    return hmac.compare_digest(head.seal.encode(), head_seal(head, key).encode())


def seal(row: ActionRecord, key: str, *, before: str) -> str:
    """Return the seal of a row that comes after the one whose seal is `before`: 64 hex digits."""
    told = [
        row.number,
        row.at.isoformat(),
        row.group,
        row.action,
        row.result,
        row.user_number,
        row.user_name,
        row.address,
        row.subject,
        row.changes,
        row.request_id,
        before,
    ]
    return _hmac(told, key)


def head_seal(head: ChainHead, key: str) -> str:
    """Return the seal of the note which row is the last: 64 hex digits, like no row's."""
    return _hmac(["head", head.number, head.mac], key)


def _hmac(told: list[Any], key: str) -> str:
    return hmac.new(key.encode(), json.dumps(told).encode(), "sha256").hexdigest()
