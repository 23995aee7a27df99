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


def key_for(number: int) -> str:
    """Return the key that seals the record of that number, which is the next one.

    Where the last key can't be read, a new one begins: signing in has to work all the same.
    """
    last = ChainKey.objects.order_by("first_number").last()
    if last:
        try:
            return decrypt(last.ciphertext)
        except UnreadableError:
            logger.error(
                "No key of ADMIN_ENCRYPTION_KEYS opens what seals the Action Log from row %s on:"
                " another seal begins with row %s.",
                last.first_number,
                number,
            )
    key = secrets.token_hex(32)
    ChainKey.objects.create(first_number=number, ciphertext=encrypt(key))
    return key


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
