"""The log of key verifications as CSV."""

from typing import Any

import pytest
from django.test import Client

from api_keys.contract import Environment
from tests.api_keys.store_configuration.verifications import CSV_URL, URL, add, download

pytestmark = pytest.mark.postgresql


def test_file_of_many_rows_is_sent_as_it_is_read(admin_client: Client) -> None:
    add(10_000)

    answer: Any = admin_client.get(CSV_URL)

    parts = [part.count(b"\n") for part in answer.streaming_content]
    assert answer.streaming
    assert parts == [1, *[500] * 20]


def test_file_has_everything_and_no_formula(admin_client: Client) -> None:
    name = "=cmd|' /C calc'!A0\r\n+ada"
    add(
        verdict="unavailable",
        cause="tls",
        user_name=name,
        occasion="save",
        fingerprint="0123-4567-89ab",
        detail="@SUM(1)",
        request_id="-0123abcd",
        times=4,
        total_milliseconds=10,
        slowest_milliseconds=5,
    )

    head, cells = download(admin_client)

    assert len(head) == len(cells)
    assert cells == [
        "2026-11-20 12:00:00",
        "2026-11-20 12:00:00",
        "Production",
        "0123-4567-89ab",
        "Not judged",
        "Certificate not accepted",
        "'@SUM(1)",
        "4",
        "2",
        "5",
        "'=cmd|' /C calc'!A0\r'\n'+ada",
        "Saving the configuration",
        "'-0123abcd",
    ]


def test_browser_saves_the_file(admin_client: Client) -> None:
    answer = admin_client.get(CSV_URL)

    assert answer["Content-Disposition"] == 'attachment; filename="key-verifications.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"


def test_link_to_the_file_has_the_filters(admin_client: Client) -> None:
    page = admin_client.get(URL, {"environment": Environment.SANDBOX, "after": "5"}).text

    assert f'href="{CSV_URL}?environment=sandbox"' in page
