"""System > Action Logs > Key verifications: the page and the file."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from api_keys.contract import Cause, Verdict, fingerprint
from api_keys.store_configuration.verification import Occasion
from api_keys.store_configuration.verification_words import CAUSES, OCCASIONS, VERDICTS
from tests.api_keys.store_configuration.verifications import CSV_URL, NOON, URL, add, download, rows
from tests.conftest import KeyService

pytestmark = pytest.mark.postgresql


def test_what_happened_is_told_in_words(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers((503, {}, ""), Verdict.REVOKED)
    admin_client.get("/marketing/amazon-sales-channel/")
    admin_client.get("/marketing/amazon-sales-channel/")

    page = admin_client.get(URL).text

    key = fingerprint(stored_key)
    deleted, outage = rows(page)
    assert re.fullmatch(
        rf"[\d-]+ [\d:]+ Production {key} Deleted in API Portal 1 \d+ ada Visit of the channel",
        deleted,
    )
    assert re.fullmatch(
        rf"[\d-]+ [\d:]+ Production {key} Not judged Failure of the key service 1 \d+ ada Visit.*",
        outage,
    )
    assert stored_key not in page


def test_counted_row_tells_from_when_to_when_and_how_long_they_took(admin_client: Client) -> None:
    add(
        last_at=NOON + timedelta(seconds=41),
        times=312,
        total_milliseconds=3120,
        slowest_milliseconds=88,
    )

    (row,) = rows(admin_client.get(URL).text)

    assert row == (
        "2026-11-20 12:00:00 to 12:00:41 Production Valid 312 10 on average, at most 88"
        " Background job"
    )


def test_row_in_detail_tells_its_details_and_request(admin_client: Client) -> None:
    add(verdict="unavailable", cause="time_out", detail="time-out", request_id="0123abcd")

    (row,) = rows(admin_client.get(URL).text)

    assert "Not judged No answer in time time-out 0123abcd 1 0" in row


def test_everything_that_can_be_found_has_words() -> None:
    assert set(VERDICTS) == set(Verdict)
    assert set(CAUSES) == set(Cause)
    assert set(OCCASIONS) == set(Occasion)
    assert len({*map(str, VERDICTS.values())}) == len(Verdict)


@pytest.mark.parametrize("verdict", Verdict)
def test_each_verdict_is_shown_and_found_by_its_words(
    admin_client: Client, verdict: Verdict
) -> None:
    add(verdict=verdict)
    add(verdict="another")

    page = admin_client.get(URL, {"verdict": verdict}).text

    (row,) = rows(page)
    words = str(VERDICTS[verdict]).replace("'", "&#x27;")
    assert words in row
    assert f'<option value="{verdict}" selected>{words}</option>' in page


def test_name_that_looks_like_a_page_is_shown_as_text(admin_client: Client) -> None:
    add(user_name="<script>alert(1)</script>\r\nX: y")

    page = admin_client.get(URL).text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("path", [URL, CSV_URL])
def test_log_needs_its_permission(db: None, client: Client, path: str) -> None:
    signed_out = client.get(path)
    user = User.objects.create_user("eve")
    user.user_permissions.add(Permission.objects.get(codename="view_storedkey"))
    client.force_login(user)
    without = client.get(path)
    user.user_permissions.add(Permission.objects.get(codename="view_verificationrecord"))

    allowed = client.get(path)

    assert signed_out["Location"] == f"/sign-in/?next={path}"
    assert (without.status_code, allowed.status_code) == (403, 200)
    assert "no-store" in allowed["Cache-Control"]
    assert client.post(path).status_code == 405


def test_environment_of_another_version_harms_neither_page_nor_file(admin_client: Client) -> None:
    add(environment="staging", verdict="new", cause="new", occasion="new")

    assert rows(admin_client.get(URL).text) == ["2026-11-20 12:00:00 Staging new new 1 0 new"]
    assert download(admin_client)[1][2] == "Staging"
