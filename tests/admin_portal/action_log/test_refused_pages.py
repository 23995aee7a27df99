"""Pages that were refused stand in the record, which nobody fills at will."""

from unittest.mock import Mock

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from admin_portal.action_log import chain
from admin_portal.action_log.models import ActionRecord
from tests.conftest import client_with

GLOBAL_SETTINGS = "/stores/configuration/sales-channels/global-settings/"
VERIFICATIONS_CSV = "/system/action-logs/key-verifications.csv"

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


def test_refused_page_is_recorded_with_its_path(db: None) -> None:
    client = client_with("view_globalsettings")

    client.get(f"{GLOBAL_SETTINGS}?token=secret")
    client.post(GLOBAL_SETTINGS)
    client.get(VERIFICATIONS_CSV)

    rows = ActionRecord.objects.order_by("number")
    assert [(row.user_name, row.result, row.subject, row.changes) for row in rows] == [
        ("eve view_globalsettings", "failure", GLOBAL_SETTINGS, [["Method", "", "POST"]]),
        ("eve view_globalsettings", "failure", VERIFICATIONS_CSV, [["Method", "", "GET"]]),
    ]


def test_form_without_its_token_is_recorded_but_of_a_stranger_not_for_ever(
    administrator: User,
) -> None:
    client = Client(enforce_csrf_checks=True)

    answers = [client.post("/sign-in/", {"login": "ada"}) for _ in range(30)]
    strangers = ActionRecord.objects.count()
    client.force_login(administrator)
    client.post(GLOBAL_SETTINGS)

    assert {answer.status_code for answer in answers} == {403}
    assert strangers == 10
    row = ActionRecord.objects.latest("number")
    assert (row.user_name, row.action, row.subject) == ("ada", "pages.refused", GLOBAL_SETTINGS)


def test_refusals_of_a_page_are_one_row_a_minute_that_tells_how_many_had_none(db: None) -> None:
    with time_machine.travel("2026-11-24 08:00Z", tick=False) as clock:
        client = client_with("view_globalsettings")
        for number in range(5):
            client.get(f"/system/permissions/users/{number}/")
        client.get(VERIFICATIONS_CSV)
        clock.shift(61)
        client.get("/system/permissions/users/7/")
        clock.shift(61)
        client.get("/system/permissions/users/8/")

    method = ["Method", "", "GET"]
    rows = ActionRecord.objects.order_by("number").values_list("subject", "changes")
    assert list(rows) == [
        ("/system/permissions/users/0/", [method]),
        (VERIFICATIONS_CSV, [method]),
        (
            "/system/permissions/users/7/",
            [method, ["Refused before, without a record", "", "4"]],
        ),
        ("/system/permissions/users/8/", [method]),
    ]


def test_refusal_stands_when_it_can_not_be_recorded(
    db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(chain, "seal", Mock(side_effect=RuntimeError))

    answer = client_with().get(VERIFICATIONS_CSV)

    assert answer.status_code == 403
    assert "A refused page was not recorded." in caplog.text
