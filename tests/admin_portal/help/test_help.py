"""Every page of the Admin has its help, which opens for whom the page opens."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from admin_portal.help.screens import HELP, Help
from tests.conftest import client_with

WITHOUT = {"help", "amazon_channel_help"}
"""Pages that explain, and need no explanation."""


def view_names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from view_names(each, f"{each.namespace}:" if each.namespace else namespace)
        elif isinstance(each, URLPattern) and each.name and "<" not in str(each.pattern):
            yield namespace + each.name


def test_every_page_leads_to_its_help(admin_client: Client) -> None:
    names = set(view_names(get_resolver(settings.ROOT_URLCONF))) - WITHOUT
    answers = {name: admin_client.get(reverse(name)) for name in names}

    pages = {name for name, answer in answers.items() if 'class="page-header"' in _text(answer)}

    assert {"dashboard", "api_keys", "search", "notifications"} <= pages
    for name in pages:
        assert re.search(r'class="page-help" href="/help/[a-z-]+/"', answers[name].text), name


@pytest.mark.parametrize("help_", HELP, ids=lambda each: each.slug)
def test_help_opens_for_whom_its_page_opens(db: None, help_: Help) -> None:
    needed = help_.permission if help_.slug != "amazon-sales-channel" else ""
    codenames = [needed.split(".")[1]] if needed else []

    with_it = client_with(*codenames).get(help_.url)
    without = client_with("view_contenttype").get(help_.url)

    assert with_it.status_code == 200
    assert str(help_.title) in with_it.text
    assert without.status_code == (403 if needed else 200)


@pytest.mark.parametrize("help_", HELP, ids=lambda each: each.slug)
def test_every_help_is_about_pages_that_are_there(help_: Help) -> None:
    names = set(view_names(get_resolver(settings.ROOT_URLCONF)))

    if help_.slug != "amazon-sales-channel":  # whose text is the channel's own
        assert get_template(f"help/{help_.slug}.html")
    assert help_.views[0] in names


def test_unknown_help_is_no_page(admin_client: Client) -> None:
    assert admin_client.get("/help/no-such-page/").status_code == 404


def test_help_is_found_by_the_search(admin_client: Client) -> None:
    page = admin_client.get("/search/?q=help+global").text

    assert 'href="/help/global-settings/"' in page


def _text(answer: object) -> str:
    content = getattr(answer, "content", b"")
    return bytes(content).decode(errors="replace")
