import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection

from api_keys.commerce_account.history import Actor
from api_keys.commerce_account.issuing import reveal_key
from api_keys.commerce_account.models import Company, Event, IssuedKey
from api_keys.contract import Environment, fingerprint
from tests.api_keys.commerce_account.conftest import delete, new_key


def whole_database() -> str:
    """Return every value of every table, as text."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608  (our own table names)
            rows += cursor.fetchall()
    return repr(rows)


def test_key_is_nowhere_in_the_database(issued: tuple[IssuedKey, str]) -> None:
    dump = whole_database()

    assert issued[1] not in dump
    assert issued[1].removeprefix("ck_production_")[:12] not in dump
    assert fingerprint(issued[1]) in dump


def test_key_can_be_revealed_as_it_was_issued(issued: tuple[IssuedKey, str], member: User) -> None:
    assert reveal_key(issued[0], by=Actor(member)) == issued[1]


def test_each_change_leaves_an_event(issued: tuple[IssuedKey, str], member: User) -> None:
    reveal_key(issued[0], by=Actor(member))
    delete(issued[0])
    delete(issued[0])

    events = Event.objects.order_by("pk").values_list("kind", "actor")
    assert list(events) == [
        ("issued", member.pk),
        ("revealed", member.pk),
        ("revoked", member.pk),
    ]


def test_revoked_key_can_never_be_opened_again(issued: tuple[IssuedKey, str], member: User) -> None:
    delete(issued[0])

    row = IssuedKey.objects.get()
    assert row.ciphertext == ""
    assert row.revoked_at is not None
    with pytest.raises(IntegrityError):
        IssuedKey.objects.update(ciphertext="anything")


def test_keys_of_one_company_stay_when_the_person_goes(
    issued: tuple[IssuedKey, str], member: User
) -> None:
    member.delete()

    row = IssuedKey.objects.get()
    assert row.created_by is None
    assert row.company.name == "Acme Outdoor"


def test_the_same_description_makes_another_key(company: Company) -> None:
    keys = {new_key(company, "twin", environment=Environment.SANDBOX)[1] for _ in range(2)}

    assert len(keys) == 2
