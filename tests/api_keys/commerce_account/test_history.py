"""My Account > History: what is recorded, found again, and read of it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import Error, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from admin_portal.actors import NOBODY, Actor
from api_keys.commerce_account import history, members
from api_keys.commerce_account.history import record
from api_keys.commerce_account.issuing import revoke_key, roll_key
from api_keys.commerce_account.models import Company, Event, IssuedKey, Notice, Role
from tests.api_keys.commerce_account.conftest import member_of, new_key, signed_in

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


def numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(r"number (\d+)", page)]


@pytest.fixture
def viewer_client(company: Company) -> Client:
    client = Client()
    client.force_login(member_of(company, "vic", Role.VIEWER))
    return client


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


def test_filters_find_by_kind_person_key_and_day(
    viewer_client: Client, company: Company, member: User
) -> None:
    row, _key = new_key(company, "Wanted", by=member)
    other, _key = new_key(company, "Other", by=None)
    members.invite(company, "nia@example.com", Role.VIEWER, by=NOBODY)
    add(company, 1)

    by_kind = rows(see(viewer_client, company, kind="member_invited"))
    by_doer = rows(see(viewer_client, company, person="MIA@"))
    by_concerned = rows(see(viewer_client, company, person="nia@"))
    by_key = see(viewer_client, company, key=row.pk)
    by_day = rows(see(viewer_client, company, since="2026-11-20", until="2026-11-20"))

    assert ["Member invited" in text for text in by_kind] == [True]
    assert ["Wanted" in text for text in by_doer] == [True]
    assert ["nia@example.com" in text for text in by_concerned] == [True]
    assert "Only of the key:" in by_key
    assert len(rows(by_key)) == 1
    assert other.fingerprint not in by_key
    assert ["number 0" in text for text in by_day] == [True]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"since": "yesterday"}, "Enter a valid date."),
        ({"until": "9999-99-99"}, "Enter a valid date."),
        ({"kind": "nothing"}, "Select a valid choice."),
        ({"person": "x" * 10_000}, "at most 254 characters"),
        ({"person": "a\0b"}, "Null characters are not allowed."),
        ({"since": "2026-11-20", "until": "2026-11-19"}, "This day comes before “From”."),
        ({"since": "2026-11-20", "until": "2026-11-20"}, "number 0"),
        ({"key": "9" * 30}, "Nothing"),
        ({"key": "x", "before": "x", "after": "-1"}, "number 0"),
        ({"before": "9" * 400}, "number 0"),
        ({"since": "0001-01-01", "until": "9999-12-31"}, "number 0"),
    ],
)
def test_bad_filter_is_told_beside_its_field_and_does_no_harm(
    viewer_client: Client, company: Company, query: dict[str, str], message: str
) -> None:
    add(company, 1)

    page = viewer_client.get(url_of(company), query)

    assert page.status_code == 200
    assert message in page.text or (message == "Nothing" and numbers(page.text) == [0])


def test_nothing_found_says_so_and_leads_back(viewer_client: Client, company: Company) -> None:
    add(company, 1)

    page = see(viewer_client, company, person="nobody@")

    assert "Nothing matches." in page
    assert "Show all" in page


def test_pages_go_back_and_forth_without_a_gap(viewer_client: Client, company: Company) -> None:
    add(company, 120)

    first = see(viewer_client, company)
    second = viewer_client.get(url_of(company) + link_in(first, "next")).text
    third = viewer_client.get(url_of(company) + link_in(second, "next")).text
    back = viewer_client.get(url_of(company) + link_in(third, "prev")).text
    start = viewer_client.get(url_of(company) + link_in(back, "prev")).text

    assert numbers(first) == list(range(119, 69, -1))
    assert numbers(second) == list(range(69, 19, -1))
    assert numbers(third) == list(range(19, -1, -1))
    assert (back, start) == (second, first) or numbers(back + start) == numbers(second + first)
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in third


def test_events_of_the_same_instant_are_each_on_one_page(
    viewer_client: Client, company: Company
) -> None:
    Event.objects.bulk_create(
        Event(
            company=company,
            kind=Kind.COMPANY_CREATED,
            detail={"name": f"number {index}"},
            created_at=DAY,
        )
        for index in range(60)
    )

    first = see(viewer_client, company)
    second = viewer_client.get(url_of(company) + link_in(first, "next")).text

    assert numbers(first) + numbers(second) == list(range(59, -1, -1))


def link_in(page: str, rel: str) -> str:
    (link,) = re.findall(rf'rel="{rel}" href="([^"]+)"', page)
    return str(link).replace("&amp;", "&")


@pytest.mark.parametrize("number", [20, 2000])
def test_queries_do_not_grow_with_the_history(
    viewer_client: Client,
    company: Company,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    number: int,
) -> None:
    add(company, number)
    see(viewer_client, company)

    with django_assert_max_num_queries(8):
        page = see(viewer_client, company)

    assert len(rows(page)) == min(number, 50)


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
