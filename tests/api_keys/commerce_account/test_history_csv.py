"""The history as CSV."""

import csv
import io
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from admin_portal.actors import NOBODY, Actor
from api_keys.commerce_account.history import record
from api_keys.commerce_account.models import Company, Event, IssuedKey
from tests.api_keys.commerce_account.conftest import new_key


def url_of(company: Company) -> str:
    return f"/my-account/{company.pk}/history.csv"


def download(client: Client, company: Company, **query: str | int) -> list[list[str]]:
    answer: Any = client.get(url_of(company), query)
    text = answer.getvalue().decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def test_file_has_what_the_page_has_and_never_a_key(
    member_client: Client, member: User, company: Company, issued: tuple[IssuedKey, str]
) -> None:
    row, key = new_key(company, "=1+1", by=member)
    record(Event.Kind.KEY_LEAKED, company, by=Actor(None, "192.0.2.7"), key=row)

    head, leaked, created, *_rest = download(member_client, company)

    assert head == ["Time (UTC)", "What", "Key", "Fingerprint", "Who", "Address", "Details"]
    fields = ["Key reported as leaked", "'=1+1", row.fingerprint, "leak report", "192.0.2.7", ""]
    assert leaked[1:] == fields
    assert created[1:5] == ["Key created", "'=1+1", row.fingerprint, "mia@example.com"]
    assert not any(key in cell for line in download(member_client, company) for cell in line)


def test_file_is_of_what_is_filtered(member_client: Client, company: Company) -> None:
    record(Event.Kind.COMPANY_CREATED, company, by=NOBODY, name="Acme")
    record(Event.Kind.KEY_EXPIRED, company, by=NOBODY)

    found = download(member_client, company, kind="key_expired", before=1)

    assert [row[1] for row in found] == ["What", "Key expired"]


def test_browser_saves_the_file_and_no_cache_does(member_client: Client, company: Company) -> None:
    answer = member_client.get(url_of(company))

    assert answer["Content-Disposition"] == 'attachment; filename="history.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]


def test_file_of_many_events_is_sent_as_it_is_read(member_client: Client, company: Company) -> None:
    Event.objects.bulk_create(
        Event(company=company, kind=Event.Kind.KEY_EXPIRED) for _number in range(5000)
    )

    answer: Any = member_client.get(url_of(company), {"kind": "key_expired"})

    parts = [part.count(b"\n") for part in answer.streaming_content]
    assert answer.streaming
    assert parts == [1, *[500] * 10]
