"""The bell and the list: who sees what, and what is read."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from admin_portal import jobs
from admin_portal.notifications.models import Notification, NotificationMail, Reading, Severity
from admin_portal.notifications.reading import mark_all_read, mark_read
from tests.admin_portal.notifications.conftest import CHANGE, SEE, client_of, person

LIST = "/notifications/"
OLD = timedelta(days=1)


def add(number: int = 1, *, age: timedelta = timedelta(0), **values: object) -> list[Notification]:
    """Write so many notifications, the oldest first."""
    given = {
        "kind": "store_configuration.key_expires_soon",
        "severity": Severity.MAJOR,
        "permission": SEE,
        "detail": {"environment": "production", "days": 7, "expires_at": "2031-01-02T00:00:00Z"},
        "created_at": timezone.now() - age,
        **values,
    }
    return Notification.objects.bulk_create(Notification(**given) for _number in range(number))


def bell_of(client: Client, path: str = LIST) -> str:
    """Return what a screen reader reads out of the bell."""
    summary = client.get(path).text.split('class="bell"')[1].split("</summary>")[0]
    hidden = [
        part.split(">", 1)[1] for part in summary.split("<span")[1:] if "aria-hidden" not in part
    ]
    return " ".join(part.split("</span>")[0].strip() for part in hidden)


def unread_in(client: Client, path: str = LIST) -> int:
    return client.get(path).text.count(">Unread<")


def test_bell_counts_what_is_unread(admin_client: Client) -> None:
    said = [bell_of(admin_client)]
    for number in (1, 98, 1):
        add(number)
        said.append(bell_of(admin_client))

    assert said == [
        "Notifications: none unread",
        "Notifications: 1 unread",
        "Notifications: 99 unread",
        "Notifications: more than 99 unread",
    ]
    assert ">99+</span>" in admin_client.get("/").text


def test_bell_shows_the_newest_unread_ones_and_leads_to_all(admin_client: Client) -> None:
    for days in range(1, 8):
        add(detail={"environment": "production", "days": days}, link="/stores/")
    mark_read(User.objects.get(), Notification.objects.latest("pk").pk)

    panel = admin_client.get("/").text.split("bell-panel")[1].split("</details>")[0]

    shown = [f"expires in {days} day" in panel for days in range(1, 8)]
    assert shown == [False, True, True, True, True, True, False]
    assert f'href="{LIST}"' in panel
    assert 'href="/stores/"' in panel


def test_list_has_the_newest_first_in_pages(admin_client: Client) -> None:
    add(20)
    add(detail={"environment": "sandbox", "days": 1})

    first = admin_client.get(LIST).text
    second = admin_client.get(f"{LIST}?page=2").text

    assert "The sandbox key expires in 1 day" in first.split("<h2")[1].split("</h2>")[0]
    assert (first.count("<h2"), second.count("<h2")) == (20, 1)
    assert "Page 1 of 2" in first


def test_empty_list_says_so(admin_client: Client) -> None:
    page = admin_client.get(LIST).text

    assert "There are no notifications" in page
    assert "Mark all as read" not in page


def test_one_is_marked_as_read_on_the_page_where_it_stands(admin_client: Client) -> None:
    add(21)
    oldest = Notification.objects.earliest("pk")

    answer = admin_client.post(f"{LIST}?page=2", {"read": oldest.pk})

    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?page=2")
    assert unread_in(admin_client, f"{LIST}?page=2") == 0
    assert bell_of(admin_client) == "Notifications: 20 unread"


@pytest.mark.parametrize(
    ("age", "age_of_newer"), [(timedelta(0), timedelta(0)), (OLD, timedelta(0)), (OLD, OLD)]
)
def test_all_are_marked_as_read_but_those_that_came_meanwhile(
    admin_client: Client, age: timedelta, age_of_newer: timedelta
) -> None:
    add(3, age=age)
    seen = Notification.objects.latest("pk").pk
    add(2, age=age_of_newer)

    for _twice in range(2):
        admin_client.post(LIST, {"read_up_to": seen})

    assert bell_of(admin_client) == "Notifications: 2 unread"
    assert unread_in(admin_client) == 2


def test_marking_up_to_an_older_one_makes_nothing_unread_again(admin_client: Client) -> None:
    first, *_others, last = add(5, age=OLD)

    admin_client.post(LIST, {"read_up_to": last.pk})
    admin_client.post(LIST, {"read_up_to": first.pk})

    assert bell_of(admin_client) == "Notifications: none unread"


def test_notification_whose_transaction_ends_after_the_marking_stays_unread(
    administrator: User,
) -> None:
    # Ids are given out in the order of beginning, and seen in the order of ending.
    late, seen = add(2)
    Notification.objects.filter(pk=late.pk).delete()
    mark_all_read(administrator, seen.pk)

    late.save(force_insert=True)

    assert list(Notification.objects.unread_by(administrator)) == [late]


def test_what_one_person_reads_stays_unread_for_the_others(admin_client: Client) -> None:
    one, _two = add(2, age=OLD)
    other = client_of(person("eve", SEE))

    admin_client.post(LIST, {"read": one.pk})
    admin_client.post(LIST, {"read_up_to": one.pk})

    assert bell_of(other) == "Notifications: 2 unread"


def test_without_the_permission_it_is_neither_seen_nor_marked(db: None) -> None:
    (hidden,) = add(permission=CHANGE)
    eve = person("eve", SEE)
    client = client_of(eve)

    client.post(LIST, {"read": hidden.pk})

    assert bell_of(client) == "Notifications: none unread"
    assert "There are no notifications" in client.get(LIST).text
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"read": "x"},
        {"read": "-1"},
        {"read": "9" * 5000},
        {"read_up_to": "²"},
        {"read_up_to": "0"},
    ],
)
def test_nonsense_marks_nothing(admin_client: Client, sent: dict[str, str]) -> None:
    add()

    answer = admin_client.post(LIST, sent)

    assert answer.status_code == 302
    assert bell_of(admin_client) == "Notifications: 1 unread"


def test_signed_out_nothing_is_shown_or_marked(client: Client, db: None) -> None:
    (one,) = add()

    for answer in (client.get(LIST), client.post(LIST, {"read": one.pk})):
        assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={LIST}")
    assert not Reading.objects.exists()


def test_other_methods_are_refused(admin_client: Client) -> None:
    assert admin_client.put(LIST).status_code == 405


def test_kind_of_another_version_is_no_error(admin_client: Client) -> None:
    add(kind="store_configuration.told_by_a_later_version")
    add(kind="nonsense")

    assert "A notification of another version" in admin_client.get("/").text
    assert admin_client.get(LIST).text.count("can&#x27;t put into words") == 2


def test_detail_is_text_and_not_markup(admin_client: Client) -> None:
    add(detail={"environment": "<b>Tom & “Jerry's”</b>", "days": 7})

    page = admin_client.get(LIST).text

    assert "The &lt;b&gt;Tom &amp; “Jerry&#x27;s”&lt;/b&gt; key" in page


def test_bell_costs_one_query_and_a_full_inbox_no_more(admin_client: Client) -> None:
    admin_client.get("/help/amazon-sales-channel/")  # notes, as at times, that she was seen
    with CaptureQueriesContext(connection) as empty:
        admin_client.get("/help/amazon-sales-channel/")
    add(10_000)
    with CaptureQueriesContext(connection) as full:
        admin_client.get("/help/amazon-sales-channel/")

    assert len(full) == len(empty)
    assert len([query for query in full if "notification" in query["sql"]]) == 1


def test_old_ones_are_purged_with_what_hangs_on_them(administrator: User) -> None:
    old, kept = add(age=timedelta(days=401)), add(age=timedelta(days=399))
    for notification in (*old, *kept):
        mark_read(administrator, notification.pk)
        NotificationMail.objects.create(
            notification=notification, recipient="ada@example.com", permission=CHANGE
        )

    jobs.purge(timezone.now())

    assert list(Notification.objects.all()) == kept
    assert (Reading.objects.count(), NotificationMail.objects.count()) == (1, 1)
