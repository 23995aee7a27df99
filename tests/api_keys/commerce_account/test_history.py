"""My Account > History: what is recorded, and read of it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import Error, connection, transaction
from django.test import Client
from django.utils import timezone

from admin_portal.actors import NOBODY, Actor
from api_keys.commerce_account import history, members
from api_keys.commerce_account.history import record
from api_keys.commerce_account.issuing import revoke_key, roll_key
from api_keys.commerce_account.models import Company, Event, IssuedKey, Notice, Role
from tests.api_keys.commerce_account.conftest import member_of, signed_in
from tests.api_keys.commerce_account.histories import DAY, add, rows, see, url_of

Kind = Event.Kind


def test_every_change_of_members_is_told_in_words(
    viewer_client: Client, company: Company, member: User
) -> None:
    by = Actor(member, "192.0.2.7")
    nia = User.objects.create_user("nia", "nia@example.com")
    members.withdraw(members.invite(company, "eve@example.com", Role.VIEWER, by=by), by=by)
    joined = members.accept(
        members.invite(company, "nia@example.com", Role.DEVELOPER, by=by), by=Actor(nia, "::1")
    )
    members.change_role(joined, Role.OWNER, by=by)
    members.remove(joined, by=by)

    told = rows(see(viewer_client, company))

    assert [row[20:] for row in told] == [
        "Member removed nia@example.com, Owner mia@example.com 192.0.2.7",
        "Role changed nia@example.com: from Developer to Owner mia@example.com 192.0.2.7",
        "Member joined nia@example.com, Developer nia@example.com ::1",
        "Member invited nia@example.com, Developer mia@example.com 192.0.2.7",
        "Invitation withdrawn eve@example.com, Viewer mia@example.com 192.0.2.7",
        "Member invited eve@example.com, Viewer mia@example.com 192.0.2.7",
    ]
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ", told[0])


def test_life_of_a_key_is_told_and_never_the_key(
    viewer_client: Client, company: Company, issued: tuple[IssuedKey, str], member: User
) -> None:
    row, key = issued
    successor = roll_key(
        row, by=Actor(member, "192.0.2.7"), expires_at=None, overlap=timedelta(hours=1)
    )
    revoke_key(successor, by=NOBODY)

    page = see(viewer_client, company)

    assert f"New key {successor.fingerprint}. The old one works until" in page
    assert f'href="/my-account/{company.pk}/api-portal/keys/{row.pk}/"' in page
    assert [text.split()[2:4] for text in rows(page)] == [
        ["Roll", "called"],
        ["Key", "deleted"],
        ["Key", "rolled"],
        ["Key", "created"],
    ]
    assert key not in page


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_of_event_is_shown_also_without_its_details(
    viewer_client: Client, company: Company, kind: Event.Kind
) -> None:
    record(kind, company, by=NOBODY)

    (row,) = rows(see(viewer_client, company))

    assert str(kind.label) in row


@pytest.mark.parametrize(
    ("kind", "address", "who"),
    [
        (Kind.KEY_EXPIRED, "", "background job"),
        (Kind.KEY_RETIRED, "", "background job"),
        (Kind.KEY_LEAKED, "192.0.2.7", "leak report"),
        (Kind.SUCCESSOR_USED, "", "validation service"),
        (Kind.KEY_CREATED, "", "command"),
    ],
)
def test_what_no_person_did_says_which_part_of_the_site_it_was(
    viewer_client: Client, company: Company, kind: Event.Kind, address: str, who: str
) -> None:
    record(kind, company, by=Actor(None, address))

    (row,) = rows(see(viewer_client, company))

    assert row.endswith(f"{who} {address}".strip())


def test_address_that_a_person_had_then_stays_in_the_history(
    viewer_client: Client, company: Company, member: User
) -> None:
    record(Kind.KEY_REVEALED, company, by=Actor(member, "192.0.2.7"))
    User.objects.filter(pk=member.pk).update(email="new@example.com")

    page = see(viewer_client, company)

    assert "mia@example.com" in page
    assert "new@example.com" not in page


def test_signing_in_is_recorded_in_each_company_of_the_person(company: Company) -> None:
    mia = member_of(company, "mia")
    other = members.create_company("Other Ltd", by=Actor(mia))

    signed_in(mia)

    found = Event.objects.filter(kind=Kind.SIGNED_IN)
    assert {event.company for event in found} == {company, other}
    assert {(event.actor, event.address) for event in found} == {(mia, "127.0.0.1")}


def test_history_says_which_sign_in_was_the_first_of_a_device(
    company: Company, viewer_client: Client
) -> None:
    mia = member_of(company, "mia")
    at_home = signed_in(mia)
    at_home.post("/sign-out/")
    at_home.post("/sign-in/", {"login": mia.email, "password": "mia's own password"})
    signed_in(mia)

    elsewhere, again, first = rows(see(viewer_client, company))

    assert "Signed in mia@example.com" in first, "nothing yet that it could be new beside"
    assert "Signed in mia@example.com" in again
    assert "Signed in New device mia@example.com" in elsewhere


def test_failed_sign_in_is_no_sign_in(client: Client, member: User) -> None:
    client.post("/sign-in/", {"login": member.email, "password": "wrong"})

    assert not Event.objects.exists()


def test_history_of_another_company_is_not_shown(
    stranger_client: Client, company: Company, issued: tuple[IssuedKey, str]
) -> None:
    own = Company.objects.get(name="Elsewhere")
    add(company, 1, at=datetime(2020, 1, 1, tzinfo=UTC))
    foreign = Event.objects.filter(company=company).latest("pk").pk

    refused = stranger_client.get(url_of(company))
    by_key = see(stranger_client, own, key=issued[0].pk)
    by_cursor = see(stranger_client, own, before=foreign)

    assert refused.status_code == 404
    assert rows(by_key) == []
    assert issued[0].fingerprint not in by_key
    assert len(rows(by_cursor)) == 1, "what is not one's own leads to the first page"
    missing = see(stranger_client, own, key=999999)
    listed = by_key.split("<main")[1].replace(f"key={issued[0].pk}", "key=999999")
    assert listed == missing.split("<main")[1]


def test_database_itself_refuses_to_change_an_event(company: Company) -> None:
    add(company, 1)

    with (
        connection.cursor() as cursor,
        pytest.raises(Error, match="never changed"),
        transaction.atomic(),
    ):
        cursor.execute("UPDATE commerce_account_event SET kind = 'x'")


def test_purge_deletes_what_is_old_with_its_notices_and_keeps_the_rest(company: Company) -> None:
    add(company, 1500)
    add(company, 3, at=DAY + timedelta(days=1))
    Notice.objects.create(event=Event.objects.earliest("pk"), recipient="mia@example.com")
    Notice.objects.create(event=Event.objects.latest("pk"), recipient="mia@example.com")

    purged = history.purge(DAY + timedelta(days=1))

    assert purged == 1500
    assert Event.objects.count() == 3
    assert Notice.objects.count() == 1
    assert history.purge(DAY + timedelta(days=1)) == 0


def test_events_go_by_purge_alone(company: Company) -> None:
    add(company, 1)
    event = Event.objects.get()

    for forbidden in (event.delete, event.save, Event.objects.all().delete):
        with pytest.raises(TypeError):
            forbidden()

    assert Event.objects.count() == 1


def test_history_is_kept_by_no_cache(viewer_client: Client, company: Company) -> None:
    assert "no-store" in viewer_client.get(url_of(company))["Cache-Control"]


def test_now_is_in_the_history(viewer_client: Client, company: Company) -> None:
    record(Kind.KEY_CREATED, company, by=NOBODY)

    (row,) = rows(see(viewer_client, company))

    assert f"{timezone.now():%Y-%m-%d}" in row
