"""`manage.py verify_action_log`: what somebody did to the database is found."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st
from pytest_django import Settings

from admin_portal.action_log import chain, verifying
from admin_portal.action_log.actions import Action
from admin_portal.action_log.models import ActionRecord, ChainHead, ChainKey
from admin_portal.action_log.recording import Change, record
from admin_portal.actors import NOBODY
from admin_portal.encryption import encrypt
from tests.admin_portal.action_log.records import findings

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

LAST = 7


@pytest.fixture
def log(db: None) -> None:
    """Seven rows, in a database whose administrator has taken the trigger away."""
    for number in range(1, LAST + 1):
        record(Action.ROLE_CHANGED, by=NOBODY, changes=[Change("Role", "", str(number))])
    with connection.cursor() as cursor:
        table = " ON action_log_actionrecord" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER action_record_is_never_changed{table}")


def rows(number: int | None = None) -> QuerySet[ActionRecord]:
    """Return rows as somebody has them who goes past the application."""
    found: QuerySet[ActionRecord] = QuerySet(ActionRecord)
    return found if number is None else found.filter(pk=number)


def remove(number: int) -> None:
    QuerySet._raw_delete(rows(number), "default")


def run(*options: str) -> tuple[int, str]:
    """Return the exit code and all that was said."""
    said = io.StringIO()
    try:
        call_command("verify_action_log", *options, stdout=said, stderr=said)
    except CommandError as error:
        return error.returncode, f"{said.getvalue()}{error}"
    return 0, said.getvalue()


def test_whole_log_is_whole(log: None) -> None:
    code, said = run()

    head = ChainHead.objects.get()
    assert code == 0
    assert said == (f"7 rows were read.\nNothing was altered. The last row: 7:{head.mac}\n")
    assert run("--expect", f"7:{head.mac}") == (0, said)


def test_empty_log_is_whole(db: None) -> None:
    assert run() == (0, "0 rows were read.\n")


@pytest.mark.parametrize("number", [1, 4, LAST])
def test_altered_row_is_named(log: None, number: int) -> None:
    rows(number).update(user_name="eve")

    assert findings() == [f"row {number}: {verifying.ALTERED}"]
    assert run()[0] == 1


@pytest.mark.parametrize("number", [1, 4, LAST])
def test_removed_row_is_named(log: None, number: int) -> None:
    remove(number)

    assert findings() == [f"row {number}: missing"]


def test_last_row_is_missed_even_where_the_one_before_was_made_the_last(log: None) -> None:
    remove(LAST)
    ChainHead.objects.update(number=LAST - 1, mac=rows(LAST - 1).get().mac)

    assert findings() == [f"row {LAST - 1}: {verifying.HEAD_ALTERED}"]


def test_gap_that_was_closed_is_found(log: None) -> None:
    remove(4)
    for number in range(5, LAST + 1):
        rows(number).update(number=number - 1)

    assert findings() == [f"rows 4-6: {verifying.ALTERED}", "row 7: missing"]


@pytest.mark.parametrize("number", [-1, 0, LAST + 1])
def test_added_row_is_found(log: None, number: int) -> None:
    row = rows(1).get()
    row.number = number
    rows().bulk_create([row])

    assert any(finding.startswith(f"row {number}: ") for finding in findings())


def test_rows_that_changed_places_are_found(log: None) -> None:
    rows(3).update(number=100)
    rows(4).update(number=3)
    rows(100).update(number=4)

    assert findings() == [f"rows 3-5: {verifying.ALTERED}"]


def test_every_row_is_suspect_where_the_note_of_the_last_is_gone(log: None) -> None:
    ChainHead.objects.all().delete()

    assert findings() == [
        f"row 1: {verifying.KEY_WITHOUT_ROWS}",
        f"rows 1-7: {verifying.HEAD_BEHIND}",
    ]


def test_exchanged_key_is_found(log: None) -> None:
    ChainKey.objects.update(ciphertext=encrypt("a key of my own"))

    assert findings() == [f"rows 1-7: {verifying.LOCKED}"]


def test_what_the_admin_encrypted_for_another_purpose_is_no_key(log: None) -> None:
    known, row = "JBSWY3DPEHPK3PXP", rows(LAST).get()  # as in somebody's authenticator app
    row.mac = chain.seal(row, known, before=rows(LAST - 1).get().mac)
    rows(LAST).update(mac=row.mac)
    seal = chain.head_seal(ChainHead(number=LAST, mac=row.mac), known)
    ChainHead.objects.update(mac=row.mac, seal=seal)

    ChainKey.objects.create(first_number=LAST, ciphertext=encrypt(known))

    assert findings() == [f"row {LAST}: {verifying.LOCKED}"]


def test_removed_key_is_found(log: None) -> None:
    ChainKey.objects.all().delete()

    assert findings() == [f"rows 1-7: {verifying.NO_KEY}"]


def test_rows_under_a_key_that_none_opens_are_not_called_good(
    log: None, settings: Settings
) -> None:
    old = settings.ENCRYPTION_KEYS
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    record(Action.SIGNED_OUT, by=NOBODY)
    lost = findings()

    settings.ENCRYPTION_KEYS = [*settings.ENCRYPTION_KEYS, *old]

    assert lost == [f"rows 1-7: {verifying.LOCKED}"]
    assert findings() == []


def test_old_copy_of_the_database_is_found_by_what_was_noted(log: None) -> None:
    noted = rows(LAST).get().mac
    with transaction.atomic():
        record(Action.SIGNED_OUT, by=NOBODY)
        later = rows(LAST + 1).get().mac
        transaction.set_rollback(True)

    assert run("--expect", f"{LAST}:{noted}")[0] == 0
    assert findings(noted=(LAST + 1, later)) == [f"row 8: {verifying.NOT_AS_NOTED}"]
    assert run("--expect", f"{LAST}:{later}")[0] == 1
    assert "NUMBER:SEAL" in run("--expect", "seven")[1]


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=10)
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "number": st.integers(-100, 100),
    "at": st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 1)),  # noqa: DTZ001  (hypothesis wants it so)
    "user_number": st.integers(-(2**60), 2**60) | st.none(),
    "changes": st.lists(
        st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | _TEXT, st.lists), max_size=3
    ),
}
_COLUMNS = [field.name for field in ActionRecord._meta.concrete_fields]


@hypothesis_settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_single_change_of_any_row_goes_unnoticed(log: None, data: st.DataObject) -> None:
    number = data.draw(st.integers(1, LAST), label="row")
    column = data.draw(st.sampled_from(_COLUMNS), label="column")
    old = getattr(rows(number).get(), column)
    taken = range(1, LAST + 1) if column == "number" else ()
    new = data.draw(
        _VALUES.get(column, _TEXT).filter(
            lambda value: repr(value) != repr(old) and value not in taken
        ),
        label="new value",
    )

    with transaction.atomic():
        rows(number).update(**{column: new})
        found = findings()
        transaction.set_rollback(True)

    assert found
    assert findings() == []


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL keeps no text of it")
def test_same_time_written_so_that_it_sorts_elsewhere_is_found(log: None) -> None:
    rows(3).update(at=RawSQL("replace(at, ' ', 'T')", ()))

    assert rows().latest("at").pk == 3
    assert findings() == [f"row 3: {verifying.ALTERED}"]


@pytest.fixture
def unchecked(db: None) -> Iterator[None]:
    """Have SQLite take any value, and leave its connection as it was to the next test."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = 1")
        yield
        cursor.execute("PRAGMA ignore_check_constraints = 0")


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL refuses such values")
@pytest.mark.parametrize("column", ["at", "changes", "user_name", "mac", "user_number"])
@pytest.mark.parametrize("value", ["no such thing", b"\x00\x01", 7.5, None])
def test_value_of_another_type_is_found_and_named(
    log: None, unchecked: None, column: str, value: Any
) -> None:
    with connection.cursor() as cursor:
        sql = f"UPDATE OR IGNORE action_log_actionrecord SET {column} = %s WHERE number = 4"  # noqa: S608  (our own columns)
        cursor.execute(sql, [value])
        changed = cursor.execute(
            f"SELECT {column} IS %s FROM action_log_actionrecord WHERE number = 4",  # noqa: S608  (our own columns)
            [value],
        ).fetchone()[0]

    is_as_before = value is None and column == "user_number"
    assert bool(findings()) is bool(changed and not is_as_before)
    if changed and not is_as_before:
        assert "4" in findings()[0]
