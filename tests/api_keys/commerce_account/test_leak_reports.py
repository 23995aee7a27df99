"""Reports of leaked keys: `POST /gateway/leaks` and the page."""

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from api_keys.commerce_account import leak_reports
from api_keys.commerce_account.checking import check_key
from api_keys.commerce_account.models import Company, Event, IssuedKey
from api_keys.commerce_account.sending import send_due
from api_keys.contract import Environment, Verdict, generate_key
from tests.api_keys.commerce_account.conftest import delete, new_key

Issued = tuple[IssuedKey, str]
LEAKS = "/gateway/leaks"
PAGE = "/report-a-leaked-key/"


def report(client: Client, key: object, **headers: str) -> Any:
    return client.post(
        LEAKS, json.dumps({"key": key}), content_type="application/json", headers=headers
    )


def told(response: HttpResponse) -> tuple[int, bytes, dict[str, str]]:
    own = {"Expires", "X-Request-ID"}  # they differ with each answer, whatever was asked
    headers = {name: value for name, value in response.items() if name not in own}
    return response.status_code, response.content, headers


def is_revoked(key: str) -> bool:
    return check_key(key, Environment.PRODUCTION).verdict is Verdict.REVOKED


def test_reported_key_is_revoked_and_its_company_told(
    client: Client, issued: Issued, member: User
) -> None:
    response = report(client, issued[1])
    send_due(timezone.now())

    assert response.status_code == 202
    assert is_revoked(issued[1])
    event = Event.objects.latest("pk")
    assert (event.kind, event.key, event.actor) == ("key_leaked", issued[0], None)
    assert event.address == "127.0.0.1"
    (message,) = [m for m in mail.outbox if "leaked" in m.subject]
    assert message.to == [member.email]
    assert issued[0].fingerprint in message.body
    assert issued[1] not in message.body


def test_answer_is_the_same_whatever_the_key_was(
    client: Client, issued: Issued, company: Company
) -> None:
    gone, gone_key = new_key(company, "gone")
    delete(gone)
    unknown = generate_key(Environment.PRODUCTION)

    answers = [
        told(report(client, key))
        for key in (issued[1], issued[1], gone_key, unknown, unknown[:-1], "", "\x00🔑", "x" * 4000)
    ]

    assert answers == answers[:1] * len(answers)
    assert answers[0][0] == 202
    assert Event.objects.filter(kind=Event.Kind.KEY_LEAKED).count() == 1


def test_form_will_do_without_a_token_and_without_a_cookie(issued: Issued) -> None:
    response = Client(enforce_csrf_checks=True).post(
        LEAKS, f"key={issued[1]}", content_type="application/x-www-form-urlencoded"
    )

    assert response.status_code == 202
    assert not response.cookies
    assert is_revoked(issued[1])


def test_keys_are_found_in_a_text(client: Client, company: Company) -> None:
    keys = [new_key(company, f"key {number}")[1] for number in range(3)]

    report(client, f'KEY_{keys[0]}="{keys[1]}"\n{keys[2]};{keys[2]}')

    assert [is_revoked(key) for key in keys] == [True] * 3


def test_of_very_many_keys_twenty_are_looked_at(client: Client, issued: Issued) -> None:
    others = [generate_key(Environment.SANDBOX) for _number in range(20)]

    report(client, " ".join([*others, issued[1]]))
    assert not is_revoked(issued[1])
    report(client, " ".join([*others[1:], issued[1]]))
    assert is_revoked(issued[1])


@pytest.mark.parametrize(
    ("body", "kind", "status", "slug"),
    [
        ("x" * 4097, "text/plain", 413, "report-too-large"),
        ("{", "application/json", 400, "unreadable-report"),
        ("[" * 4000, "application/json", 400, "unreadable-report"),
        ("[]", "application/json", 400, "unreadable-report"),
        ("7", "application/json", 400, "unreadable-report"),
        ("{}", "application/json", 400, "unreadable-report"),
        ('{"key": 7}', "application/json", 400, "unreadable-report"),
        (b"\xff\xfe\xff", "application/json", 400, "unreadable-report"),
        (b"key=%ff", "application/x-www-form-urlencoded", 202, ""),
        ("token=x", "application/x-www-form-urlencoded", 400, "unreadable-report"),
        ("", "application/json", 400, "unreadable-report"),
    ],
)
def test_body_that_can_not_be_read_is_a_problem_with_a_page(
    client: Client, db: None, body: str | bytes, kind: str, status: int, slug: str
) -> None:
    response = client.post(LEAKS, body, content_type=kind)

    assert response.status_code == status
    if slug:
        assert response["Content-Type"] == "application/problem+json"
        assert client.get(response.json()["type"]).status_code == 200
        assert response.json()["type"].endswith(f"/problems/{slug}/")


def test_reports_are_limited_by_address_on_both_ways_together(client: Client, db: None) -> None:
    statuses = [report(client, "x").status_code for _number in range(9)]
    client.post(PAGE, {"key": "x"})

    refused = report(client, "x")
    page = client.post(PAGE, {"key": "x"})
    elsewhere = client.post(
        LEAKS, '{"key": "x"}', content_type="application/json", REMOTE_ADDR="192.0.2.9"
    )

    assert statuses == [202] * 9
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert refused["Content-Type"] == "application/problem+json"
    assert (page.status_code, "Wait a minute" in page.text) == (200, True)
    assert elsewhere.status_code == 202


def test_whole_network_of_ipv6_shares_a_limit_and_its_neighbour_does_not(
    client: Client, db: None
) -> None:
    def report_from(address: str) -> int:
        body = '{"key": "x"}'
        answer = client.post(LEAKS, body, content_type="application/json", REMOTE_ADDR=address)
        return answer.status_code

    statuses = [report_from(f"2001:db8:0:1::{number}") for number in range(11)]
    neighbour = report_from("2001:db8:0:2::1")

    assert statuses == [*[202] * 10, 429]
    assert neighbour == 202


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_nothing_but_post_reports(client: Client, db: None, method: str) -> None:
    response = getattr(client, method)(LEAKS)

    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_page_answers_alike_and_never_shows_the_key(
    client: Client, issued: Issued, member: User
) -> None:
    form = client.get(PAGE).text
    pages = [
        client.post(PAGE, {"key": key}, follow=True)
        for key in (issued[1], issued[1], generate_key(Environment.PRODUCTION), "nonsense")
    ]

    assert 'type="password"' in form
    assert 'autocomplete="off"' in form
    assert {page.redirect_chain[0] for page in pages} == {(PAGE, 302)}
    texts = {re.sub(r'value="\w{64}"', "", page.text) for page in pages}
    assert len(texts) == 1
    assert "it works no more" in texts.pop()
    assert is_revoked(issued[1])


def test_refused_page_keeps_no_key(client: Client, issued: Issued) -> None:
    empty = client.post(PAGE, {"key": " "})
    too_long = client.post(PAGE, {"key": issued[1] * 100})

    assert "This field is required." in empty.text
    assert "at most 4096 characters" in too_long.text
    assert issued[1] not in too_long.text
    assert not is_revoked(issued[1])


def test_page_is_not_sent_by_another_site(issued: Issued) -> None:
    response = Client(enforce_csrf_checks=True).post(PAGE, {"key": issued[1]})

    assert response.status_code == 403
    assert not is_revoked(issued[1])


def test_no_log_holds_the_key(
    client: Client, issued: Issued, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    report(client, issued[1])
    client.post(LEAKS, f"[{issued[1]}", content_type="application/json")
    client.post(PAGE, {"key": issued[1]})

    assert issued[1] not in caplog.text


def documented_pattern() -> re.Pattern[str]:
    text = Path("docs/protocol.md").read_text().split("## Leaked keys")[1]
    (pattern,) = re.findall(r"^    (\S*ck_\S+)$", text, flags=re.MULTILINE)
    return re.compile(pattern)


def test_documented_expression_is_the_one_in_use() -> None:
    assert documented_pattern() == leak_reports.KEY_IN_TEXT


@pytest.mark.parametrize("environment", Environment)
@pytest.mark.parametrize(
    "text", ["%s", '"%s"', "KEY=%s;", "x_%s\n", "https://h/?k=%s&a=b", "`%s`", "“%s”"]
)
def test_expression_finds_every_key_in_its_surroundings(
    environment: Environment, text: str
) -> None:
    keys = [generate_key(environment) for _number in range(50)]

    assert [leak_reports.keys_in(text % key) for key in keys] == [[key] for key in keys]


def test_expression_leaves_near_misses_alone() -> None:
    key = generate_key(Environment.PRODUCTION)
    changed = key[:-1] + ("0" if key[-1] != "0" else "1")
    misses = [key[:-1], f"{key}0", f"a{key}", key.upper(), key.replace("ck_", "ck-"), "ck_test_x"]

    assert [miss for miss in misses if documented_pattern().search(miss)] == []
    assert leak_reports.keys_in(changed) == []


def test_report_that_can_not_be_written_is_no_thanks(
    client: Client, issued: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **detail: object) -> None:
        raise OperationalError

    monkeypatch.setattr(leak_reports, "revoke_key", fail)

    response = report(client, issued[1])

    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
