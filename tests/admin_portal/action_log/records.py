"""Rows of the report for tests, made as `recording` makes them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from admin_portal.action_log import chain
from admin_portal.action_log.models import ActionRecord, ChainHead
from admin_portal.action_log.verifying import Place, verify

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def add(number: int = 1, **values: Any) -> None:
    """Add sealed rows a second apart, the first the oldest."""
    head, _is_new = ChainHead.objects.get_or_create(pk=1)
    key = chain.key_for(head.number + 1)
    rows = []
    for _each in range(number):
        row = ActionRecord(
            **{
                "number": head.number + 1,
                "at": NOON + timedelta(seconds=head.number),
                "group": "sign_in",
                "action": "sign_in.signed_in",
                "result": "success",
                "user_number": None,
                "user_name": "ada",
                "address": "192.0.2.7",
                "subject": "",
                "changes": [],
                "request_id": "",
                **values,
            }
        )
        row.mac = chain.seal(row, key, before=head.mac)
        head.number, head.mac = row.number, row.mac
        rows.append(row)
    ActionRecord.objects.bulk_create(rows)
    head.seal = chain.head_seal(head, key)
    head.save()


def findings(**options: Any) -> list[str]:
    """Return what a verification of the whole log finds."""
    return [str(finding) for finding in verify(Place(), **options)]
