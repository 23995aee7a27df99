"""The global search: what it finds, for whom, and what it does with odd queries and with keys."""

import re
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.translation import gettext_lazy
from pytest_django import DjangoAssertNumQueries

from admin_portal.actors import NOBODY
from admin_portal.menu import CONFIGURATION, links_below
from admin_portal.search import finding
from admin_portal.search.things import FIELDS
from api_keys.contract import Environment, fingerprint, generate_key
from api_keys.store_configuration.storing import KeyChange, store_keys
from tests.conftest import client_with

pytestmark = pytest.mark.postgresql

API_KEYS = "/stores/configuration/services/magento-services/"
GLOBAL_SETTINGS = "/stores/configuration/sales-channels/global-settings/"


def found(client: Client, query: str) -> list[str]:
    """Return where the results lead, the best first."""
    page = client.get(f"/search/?{urlencode({'q': query})}").text
    return re.findall(r'<li>\s*<a href="([^"]+)"', page.split('<main id="content"')[1])


def suggested(client: Client, query: str) -> str:
    return client.get(f"/search/suggestions/?{urlencode({'q': query})}").text


@pytest.mark.parametrize(
    ("query", "url"),
    [
        ("service connection", "/system/tools/service-connection/"),
        ("tools connection", "/system/tools/service-connection/"),
        ("production api key", f"{API_KEYS}#id_production_api_key"),
        ("PRODUCTION  Api Ke", f"{API_KEYS}#id_production_api_key"),
        ("ｐｒｏｄｕｃｔｉｏｎ　ａｐｉ　ｋｅｙ", f"{API_KEYS}#id_production_api_key"),
        ("clear log", f"{GLOBAL_SETTINGS}#id_clear_log_history"),
        ("roll", f"{API_KEYS}#id_production_api_key"),
        ("verifications csv", "/system/action-logs/key-verifications/#export"),
        ("audit", "/system/action-logs/report/#export"),
        ("mark as read", "/notifications/"),
        ("dashboard", "/"),
        ("change password", "/account-setting/security/password/"),
        ("invite", "/system/permissions/users/new/"),
    ],
)
def test_the_best_result_is_what_one_means(admin_client: Client, query: str, url: str) -> None:
    assert found(admin_client, query)[0] == url


def test_results_and_suggestions_say_where_the_page_stands(admin_client: Client) -> None:
    page = admin_client.get("/search/?q=service+connection").text
    options = suggested(admin_client, "service connection")

    assert "System &gt; Tools\n" in page
    assert "System &gt; Tools\n" in options
    assert 'role="option"' in options


def test_in_another_language_the_english_words_are_found_too(admin_client: Client) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finding, "get_language", lambda: "ja")
        both = finding._folded([gettext_lazy("Save"), "ada"])

    assert both == ["save", "ada", "save"]


@pytest.mark.parametrize(
    ("permissions", "query", "number"),
    [
        ((), "production api key", 0),
        (("view_globalsettings",), "production api key", 0),
        (("view_globalsettings",), "clear log", 1),
        (("view_storedkey",), "production api key", 1),
        (("view_storedkey",), "roll", 0),
        (("view_storedkey", "change_storedkey"), "roll", 1),
        (("view_storedkey",), "csv", 0),
        (("view_verificationrecord",), "csv", 1),
    ],
)
def test_only_what_one_may_open_is_found(
    db: None, permissions: tuple[str, ...], query: str, number: int
) -> None:
    client = client_with(*permissions)

    urls = found(client, query)

    assert len(urls) == number
    assert suggested(client, query).count('role="option"') == number
    assert all(client.get(url).status_code == 200 for url in urls)


def test_every_result_leads_to_something_that_is_there(admin_client: Client) -> None:
    urls = found(admin_client, "a") + found(admin_client, "e")

    for url in urls:
        path, _hash, anchor = url.partition("#")
        page = admin_client.get(path, follow=True)
        assert page.status_code == 200
        assert not anchor or f'id="{anchor}"' in page.text, url


def test_each_configuration_page_has_its_fields_found() -> None:
    assert {link.url_name for link in links_below(CONFIGURATION)} == set(FIELDS)


@pytest.mark.parametrize("words", ["service connection", "サービス接続"])
def test_in_japanese_both_languages_find_a_page(admin_client: Client, words: str) -> None:
    query = urlencode({"q": words})

    page = admin_client.get(f"/search/?{query}", headers={"accept-language": "ja"})

    assert 'lang="ja"' in page.text
    assert '<a href="/system/tools/service-connection/">' in page.text


def test_people_are_found_by_any_of_their_names(admin_client: Client) -> None:
    mia = User.objects.create_user(
        "mia", "Mia.M@example.com", first_name="Ｍｉａ", last_name="Müller-ÉMILE"
    )

    for query in ("mia", "mia müller", "MÜLLER-émile", "mia.m@example", "system mia"):
        assert f"/system/permissions/users/{mia.pk}/" in found(admin_client, query), query
    assert found(client_with("view_storedkey"), "mia") == []


def test_what_was_done_is_found_in_the_log_by_whom_may_see_it(admin_client: Client) -> None:
    url = "/system/action-logs/report/?action=sign_in.failed"

    assert url in found(admin_client, "sign-in failed")
    assert url not in found(client_with("manage_permissions"), "sign-in failed")
    assert admin_client.get(url).status_code == 200


def test_thousands_of_people_are_found_with_as_many_queries(
    admin_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    User.objects.bulk_create([User(username=f"person {number}") for number in range(3000)])
    suggested(admin_client, "the first request begins the session")

    with django_assert_max_num_queries(8):
        options = suggested(admin_client, "person 29")

    assert options.count('role="option"') == 8
    assert "159 results" in options
    assert options.index(">person 29<") < options.index(">person 290<")


@pytest.mark.parametrize("query", ["", "   ", "\x00", "\u200b"])
def test_empty_search_says_what_is_searched(admin_client: Client, query: str) -> None:
    page = admin_client.get(f"/search/?{urlencode({'q': query})}").text

    assert "What is searched" in page
    assert "Configuration fields" in page


@pytest.mark.parametrize(
    "query", ["no such thing", "100%", "_", "<b>bold</b>", "'; --", "\u202egpj", "\ud7ff" * 99]
)
def test_no_result_says_so_and_repeats_the_words_safely(admin_client: Client, query: str) -> None:
    page = admin_client.get(f"/search/?{urlencode({'q': query})}").text

    assert "Nothing is found for" in page
    assert "What is searched" in page
    assert "<b>bold" not in page


def test_long_query_is_refused_in_words(admin_client: Client) -> None:
    page = admin_client.get("/search/?q=" + "a" * 2000).text

    assert "too long to search for" in page
    assert "a" * 101 not in page
    assert 'role="option"' not in suggested(admin_client, "a" * 2000)


def test_many_results_are_cut_and_say_so(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding.search, "__kwdefaults__", {"most": 3})

    page = admin_client.get("/search/?q=a").text

    assert re.search(r"The best 3 of \d+ results", page)
    assert len(found(admin_client, "a")) == 3


@pytest.mark.parametrize("around", ["{}", "“{}” ", "key={}", "{}\u200b"])
def test_our_key_leaves_the_address_at_once(admin_client: Client, around: str) -> None:
    key = generate_key(Environment.PRODUCTION)

    answer = admin_client.get(f"/search/?{urlencode({'q': around.format(key)})}")
    page = admin_client.get(answer["Location"]).text

    assert answer.status_code == 302
    assert answer["Location"] == f"/search/?q={fingerprint(key)}"
    assert "Roll it in API Portal" in page
    assert key not in answer.text + page
    assert key not in suggested(admin_client, key)


def test_held_key_of_another_issuer_leaves_the_address_too(admin_client: Client) -> None:
    key = "another-issuers-very-own-key"
    store_keys({Environment.SANDBOX: KeyChange(key, seen="")}, by=NOBODY)

    answer = admin_client.get(f"/search/?{urlencode({'q': f'what is {key}'})}")

    assert answer["Location"] == f"/search/?q={fingerprint(key)}"


def test_key_is_found_by_its_fingerprint_and_by_its_end(
    admin_client: Client, stored_key: str, administrator: User
) -> None:
    for query in (fingerprint(stored_key), stored_key[-4:]):
        assert found(admin_client, query) == [f"{API_KEYS}#id_production_api_key"]
        assert found(client_with_globals(query), query) == []


def client_with_globals(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.create_user(name))
    return client


def test_search_is_for_people_who_are_signed_in(client: Client, db: None) -> None:
    for path in ("/search/", "/search/suggestions/"):
        assert client.get(f"{path}?q=key")["Location"].startswith("/sign-in/")


def test_search_only_reads(admin_client: Client) -> None:
    assert admin_client.post("/search/", {"q": "key"}).status_code == 405
    assert admin_client.post("/search/suggestions/", {"q": "key"}).status_code == 405


def test_suggestions_cost_few_queries(
    admin_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    admin_client.get("/")  # which notes, as once in a while, that she was seen
    with django_assert_max_num_queries(8):
        suggested(admin_client, "another-issuers-very-own-key")
