"""Records are only ever added, by however many at once and while the log is verified."""

from collections.abc import Callable

import pytest
from django.db import transaction

from admin_portal.action_log import verifying
from admin_portal.action_log.actions import Action
from admin_portal.action_log.models import ActionRecord
from admin_portal.action_log.recording import record
from admin_portal.action_log.verifying import Place, verify
from admin_portal.actors import NOBODY
from tests.admin_portal.action_log.records import add, findings
from tests.concurrency import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


@pytest.mark.parametrize(
    "change",
    [
        lambda: ActionRecord.objects.update(user_name="eve"),
        lambda: ActionRecord.objects.filter(pk=1).delete(),
        lambda: ActionRecord.objects.all()._raw_delete("default"),
        lambda: ActionRecord.objects.get(pk=1).delete(),
        lambda: ActionRecord.objects.get(pk=1).save(),
        lambda: ActionRecord.objects.bulk_update([ActionRecord.objects.get(pk=1)], ["action"]),
        lambda: ActionRecord.objects.update_or_create(pk=1, defaults={"action": "x"}),
    ],
)
def test_application_can_neither_change_nor_delete_a_record(change: Callable[[], object]) -> None:
    add(2)

    with pytest.raises(TypeError, match="never"), transaction.atomic():
        change()

    assert findings() == []


@pytest.mark.django_db(transaction=True)
def test_records_of_many_at_once_are_one_chain_without_a_gap() -> None:
    def act(index: int) -> None:
        for each in range(5):
            with transaction.atomic():
                record(Action.SIGNED_IN, by=NOBODY, user_name=f"{index}")
                transaction.set_rollback(each == 2)

    at_once(act, 8)

    assert list(ActionRecord.objects.order_by("pk").values_list("pk", flat=True)) == [*range(1, 33)]
    assert findings() == []


@pytest.mark.django_db(transaction=True)
def test_what_is_recorded_during_a_verification_is_no_trouble(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(verifying, "ROWS_IN_A_BATCH", 3)
    add(10)
    place, read = Place(), verifying._rows_after

    def rows_after(number: int) -> list[tuple[int, ActionRecord | None]]:
        found = read(number)
        if number < 30:
            at_once(lambda _index: record(Action.SIGNED_IN, by=NOBODY), 1)
        return found

    monkeypatch.setattr(verifying, "_rows_after", rows_after)

    assert list(verify(place)) == []
    assert place.number == ActionRecord.objects.count()
