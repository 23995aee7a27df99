"""Every state has a page and words of its own: the code, the documentation and the pages agree."""

import re
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from django.test import Client
from django.utils.html import escape
from pytest_django import Settings

from amazon_channel.prompts import OUTAGES, PROMPTS, Page, Prompt, troubles
from api_keys.contract import Answer, Cause, Environment, Verdict, generate_key
from api_keys.store_configuration import verification
from api_keys.store_configuration.models import StoredKey
from tests.conftest import HttpAnswer, KeyService, client_with

HOME = "/marketing/amazon-sales-channel/"
HELP = "/help/amazon-sales-channel/"
ACTIONS = {"Try again": HOME, "Test the connection": "/system/tools/service-connection/"}
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "verdicts.md"
PAGES = {"the channel": Page.CHANNEL, "Welcome": Page.WELCOME, "503": Page.UNAVAILABLE}

Row = tuple[Verdict, Cause | None, Prompt]

FAILURES: dict[Cause, Exception | HttpAnswer] = {
    Cause.TIME_OUT: requests.Timeout(),
    Cause.REFUSED: requests.ConnectionError(ConnectionRefusedError()),
    Cause.NO_CONNECTION: requests.ConnectionError(ConnectionAbortedError()),
    Cause.TLS: requests.exceptions.SSLError(ssl.SSLError()),
    Cause.TOO_MANY_REQUESTS: (429, {"Retry-After": "30"}, ""),
    Cause.SERVER_ERROR: (502, {}, ""),
    Cause.NOT_THE_PROTOCOL: (404, {}, ""),
}


def table() -> list[Row]:
    """Return the rows of the document's table. A row without a heading has no words."""
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", DOCUMENT.read_text(), flags=re.MULTILINE)
    return [row_of(verdict, [cell.strip() for cell in rest.split("|")]) for verdict, rest in rows]


def row_of(verdict: str, cells: list[str]) -> Row:
    cause, page, heading, why, action = cells
    prompt = Prompt(PAGES[page], heading, why, action)
    return Verdict(verdict), Cause(cause.strip("`")) if cause else None, prompt


def test_every_verdict_and_every_cause_has_a_prompt() -> None:
    assert set(PROMPTS) == set(Verdict) - {Verdict.UNAVAILABLE}
    assert set(OUTAGES) == set(Cause)


def test_only_a_valid_key_opens_the_channel_and_only_an_outage_is_a_503() -> None:
    opening = {verdict for verdict, prompt in PROMPTS.items() if prompt.page is Page.CHANNEL}
    unavailable = {prompt.page for prompt in OUTAGES.values()}

    assert opening == {Verdict.VALID}
    assert Page.UNAVAILABLE not in {prompt.page for prompt in PROMPTS.values()}
    assert unavailable == {Page.UNAVAILABLE}


def test_every_trouble_has_a_heading_and_a_reason_of_its_own_and_one_action() -> None:
    found = list(troubles(Environment.SANDBOX))

    assert len({prompt.heading for prompt in found}) == len(found)
    assert len({prompt.why for prompt in found}) == len(found)
    assert all(prompt.heading and prompt.why and prompt.action for prompt in found)
    assert not any("%" in f"{prompt.heading}{prompt.why}{prompt.action}" for prompt in found)


def test_the_documentation_has_the_words_of_the_code() -> None:
    outages = [(Verdict.UNAVAILABLE, cause, prompt) for cause, prompt in OUTAGES.items()]
    in_code = [*((verdict, None, prompt) for verdict, prompt in PROMPTS.items()), *outages]

    written = [
        (verdict, cause, replace(prompt.about(Environment.PRODUCTION), needs_a_test=False))
        for verdict, cause, prompt in in_code
    ]

    assert table() == written


@pytest.mark.parametrize("row", table(), ids=lambda row: str(row[1] or row[0]))
def test_the_page_says_what_the_documentation_says(
    admin_client: Client,
    stored_key: str,
    key_service: KeyService,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    row: Row,
) -> None:
    verdict, cause, prompt = row
    if verdict is Verdict.MISSING:
        StoredKey.objects.all().delete()
    elif verdict is Verdict.MALFORMED:
        broken = generate_key(Environment.PRODUCTION)[:-1]
        settings.LOCKED_API_KEYS = {"production": ("PRODUCTION_API_KEY", broken)}
    elif verdict is Verdict.UNREADABLE:
        settings.ENCRYPTION_KEYS = ["A" * 43 + "="]
    elif cause is None:
        key_service.answers(verdict)
    elif cause in FAILURES:
        key_service.answers(FAILURES[cause])
    else:
        answer = Answer(Verdict.UNAVAILABLE, cause=cause)
        monkeypatch.setattr(verification, "check_key", lambda key, **about: answer)

    visit = admin_client.get(HOME)
    page = admin_client.get(HOME, follow=True).text

    assert visit.status_code == prompt.page.value
    assert escape(prompt.heading) in page
    assert escape(prompt.why) in page
    if prompt.page is Page.WELCOME:
        assert f"<h2>{escape(prompt.action)}</h2>" in page
    if prompt.page is Page.UNAVAILABLE:
        assert f'button-primary" href="{ACTIONS[str(prompt.action)]}">{prompt.action}</a>' in page


@pytest.mark.parametrize("path", [HOME, HELP])
@pytest.mark.parametrize("permissions", [(), ("view_storedkey",), ("change_storedkey",)])
def test_nobody_is_led_to_a_page_that_refuses_them(
    db: None, permissions: tuple[str, ...], path: str
) -> None:
    client = client_with("open_channel", *permissions)

    page = client.get(path, follow=True).text

    links = set(re.findall(r'href="(/(?!static)[^"#]*)', page))
    assert {client.get(link, follow=True).status_code for link in links} == {200}
    assert "Ask an administrator who may change the configuration" in page


def test_help_page_explains_every_trouble(admin_client: Client, key_service: KeyService) -> None:
    page = admin_client.get(HELP).text

    for prompt in troubles(Environment.PRODUCTION):
        assert escape(prompt.heading) in page
        assert escape(prompt.why) in page
        assert escape(prompt.action) in page
