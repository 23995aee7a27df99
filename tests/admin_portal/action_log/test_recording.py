from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from admin_portal.action_log import chain
from admin_portal.action_log.actions import Action
from admin_portal.action_log.models import ActionRecord, ChainHead, ChainKey
from admin_portal.action_log.recording import Change, record
from admin_portal.action_log.verifying import HEAD_WAS_WRONG, Place, verify
from admin_portal.actors import NOBODY, Actor
from tests.admin_portal.action_log.records import add

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


def test_each_record_is_sealed_with_the_one_before(administrator: User) -> None:
    by = Actor(administrator, "192.0.2.7")

    first = record(Action.SIGNED_IN, by=by)
    second = record(Action.ROLE_CHANGED, by=by, changes=[Change("name", "a", "b")])

    key = chain.key_for(3)
    kept = ActionRecord.objects.get(pk=2)
    assert (first.number, second.number) == (1, 2)
    assert kept.mac == chain.seal(kept, key, before=first.mac)
    assert kept.mac != chain.seal(kept, key, before="")


def test_the_database_refuses_to_change_a_record() -> None:
    record(Action.SIGNED_OUT, by=NOBODY)

    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE action_log_actionrecord SET user_name = 'eve'")


def test_nothing_is_recorded_of_what_was_undone() -> None:
    with transaction.atomic():
        record(Action.SIGNED_OUT, by=NOBODY)
        transaction.set_rollback(True)

    assert not ActionRecord.objects.exists()


def test_another_seal_begins_where_the_last_ones_key_cannot_be_read() -> None:
    record(Action.SIGNED_OUT, by=NOBODY)
    ChainKey.objects.update(ciphertext="not ours")

    record(Action.SIGNED_OUT, by=NOBODY)

    assert list(ChainKey.objects.values_list("first_number", flat=True)) == [1, 2]


def remove_head() -> None:
    ChainHead.objects.all().delete()


def put_head_back() -> None:
    head = ChainHead(pk=1, number=3, mac=ActionRecord.objects.get(pk=3).mac)
    head.seal = chain.head_seal(head, chain.key_for(4))
    head.save()


def remove_last_row() -> None:
    QuerySet._raw_delete(QuerySet(ActionRecord).filter(pk=5), "default")


def remove_last_row_and_head() -> None:
    remove_last_row()
    remove_head()


def remove_last_row_and_note_the_one_before() -> None:
    remove_last_row()
    ChainHead.objects.update(number=4, mac=ActionRecord.objects.get(pk=4).mac)


@pytest.mark.parametrize(
    ("harm", "next_number"),
    [
        (remove_head, 6),
        (put_head_back, 6),
        (remove_last_row_and_head, 5),
        (remove_last_row_and_note_the_one_before, 5),
    ],
)
def test_recording_goes_on_without_the_note_of_the_last_row_but_the_log_is_never_whole_again(
    caplog: pytest.LogCaptureFixture, harm: Callable[[], None], next_number: int
) -> None:
    add(5)
    harm()

    for _twice in range(2):
        record(Action.SIGNED_OUT, by=NOBODY)

    note = f"The note that row {next_number - 1} of the Action Log is the last was altered."
    assert caplog.messages == [note]
    findings = [str(finding) for finding in verify(Place())]
    assert findings == [f"row {next_number}: {HEAD_WAS_WRONG}"]


def test_no_text_forges_a_line() -> None:
    row = record(Action.SIGN_IN_FAILED, by=NOBODY, user_name="eve\r\n2026-01-01 signed in\x1b[2K")

    assert row.user_name == "eve 2026-01-01 signed in [2K"
