"""A company's history, as its page shows it."""

import re
from datetime import UTC, datetime, timedelta

from django.test import Client

from api_keys.commerce_account.models import Company, Event

Kind = Event.Kind
DAY = datetime(2026, 11, 20, 12, tzinfo=UTC)


def url_of(company: Company) -> str:
    return f"/my-account/{company.pk}/history/"


def see(client: Client, company: Company, **query: str | int) -> str:
    return client.get(url_of(company), query).text


def rows(page: str) -> list[str]:
    """Return what stands in each row of the table, the first first."""
    found = re.findall(r"<tr>(.*?)</tr>", page.split("<tbody>")[-1], re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


def add(company: Company, number: int, *, at: datetime = DAY, email: str = "") -> None:
    """Add events, a second apart, whose details are numbered."""
    Event.objects.bulk_create(
        Event(
            company=company,
            kind=Kind.COMPANY_CREATED,
            actor_email=email,
            detail={"name": f"number {index}"},
            created_at=at + timedelta(seconds=index),
        )
        for index in range(number)
    )
