"""What the key-validation service refuses to read, and the pages that explain its refusals."""

import logging
import time
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from admin_portal.logs import KeylessFormatter
from api_keys.commerce_account.models import IssuedKey
from api_keys.commerce_account.problems import MISSING_KEY, PROBLEMS
from api_keys.commerce_account.reading import read_key
from tests.api_keys.commerce_account.checks import PRODUCTION, SANDBOX, problem_of

pytestmark = pytest.mark.any_database

KEY = "ck_production_" + "x" * 38


@pytest.mark.parametrize("path", [PRODUCTION, SANDBOX, PRODUCTION + "?page=2"])
def test_request_without_a_key_is_told_how_to_send_one(client: Client, db: None, path: str) -> None:
    response = client.get(path)

    assert (response.status_code, problem_of(response)) == (401, "missing-key")


@pytest.mark.parametrize(
    "address",
    [
        f"{PRODUCTION}?{KEY}",
        f"{PRODUCTION}?anything={KEY}",
        f"{PRODUCTION}?{KEY}=1",
        f"{PRODUCTION}?x=1&anything=%63k_production_{'x' * 38}",
        f"{SANDBOX}?q={KEY.replace('production', 'sandbox')}",
        f"{PRODUCTION}/{KEY}",
        f"{PRODUCTION}/{KEY}/",
        f"/gateway/{KEY}",
        f"/sandbox/gateway/v1/{KEY}/check",
        *(
            f"{PRODUCTION}?{name}=of-another-issuer"
            for name in ("api_key", "apikey", "key", "x-api-key", "magento-api-key", "API%5FKEY")
        ),
    ],
)
def test_key_in_the_address_is_refused_even_beside_a_good_one(
    client: Client,
    issued: tuple[IssuedKey, str],
    address: str,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        response = client.get(address, headers={"x-api-key": issued[1]})

    assert (response.status_code, problem_of(response)) == (401, "key-in-address")
    assert "roll it" in response.json()["detail"]
    assert "xxxx" not in response.text


def test_long_address_is_read_in_one_go() -> None:
    environ = {"PATH_INFO": PRODUCTION, "QUERY_STRING": "key" * 50_000, "REQUEST_METHOD": "GET"}
    began = time.process_time()

    read = read_key({**environ, "wsgi.url_scheme": "http"})

    assert read is MISSING_KEY
    # A hundredth of a second; each letter searched from anew, it would be minutes.
    assert time.process_time() - began < 2


def test_key_reaches_no_log_by_way_of_a_message_a_path_or_a_traceback() -> None:
    try:
        raise ValueError(f"no such thing: {KEY}")
    except ValueError as error:
        failure = (ValueError, error, error.__traceback__)
    record = logging.LogRecord("any", 40, "a", 1, "Not Found: %s", (f"/{KEY}/",), failure)

    line = KeylessFormatter().format(record)

    assert "x" * 10 not in line
    assert "Not Found: /[key]/" in line


def test_two_different_keys_are_refused(client: Client, issued: tuple[IssuedKey, str]) -> None:
    headers = {"magento-api-key": issued[1], "x-api-key": "another"}

    response = client.get(PRODUCTION, headers=headers)

    assert (response.status_code, problem_of(response)) == (400, "conflicting-keys")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_other_methods_are_refused_as_no_verdict(db: None, method: str) -> None:
    client = Client(enforce_csrf_checks=True)

    response = getattr(client, method)(PRODUCTION)

    assert (response.status_code, problem_of(response)) == (405, "method-not-allowed")
    assert response["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "headers", [{"CONTENT_LENGTH": "1"}, {"HTTP_TRANSFER_ENCODING": "chunked"}]
)
def test_body_is_refused(
    client: Client, issued: tuple[IssuedKey, str], headers: dict[str, Any]
) -> None:
    response = client.get(PRODUCTION, HTTP_X_API_KEY=issued[1], **headers)

    assert (response.status_code, problem_of(response)) == (400, "body-sent")


@pytest.mark.parametrize("length", ["", "0", "00"])
def test_empty_body_is_none(client: Client, issued: tuple[IssuedKey, str], length: str) -> None:
    response = client.get(PRODUCTION, HTTP_X_API_KEY=issued[1], CONTENT_LENGTH=length)

    assert response.status_code == 200


def test_headers_over_8_kib_in_all_are_refused(
    client: Client, issued: tuple[IssuedKey, str]
) -> None:
    few = {f"x-padding-{number}": "p" * 1000 for number in range(7)}
    many = {**few, "x-padding-7": "p" * 1000, "x-padding-8": "p" * 1000}

    allowed = client.get(PRODUCTION, headers={"x-api-key": issued[1], **few})
    refused = client.get(PRODUCTION, headers={"x-api-key": issued[1], **many})

    assert allowed.status_code == 200
    assert (refused.status_code, problem_of(refused)) == (400, "headers-too-large")


@pytest.mark.parametrize("path", [PRODUCTION, SANDBOX])
def test_key_sent_in_clear_to_a_site_of_https_is_refused_and_not_led_on(
    client: Client, issued: tuple[IssuedKey, str], settings: Settings, path: str
) -> None:
    settings.IS_HTTPS = settings.SECURE_SSL_REDIRECT = True

    response = client.get(path, headers={"x-api-key": issued[1]})
    page = client.get("/sign-in/")

    assert (response.status_code, problem_of(response)) == (400, "https-required")
    assert "Location" not in response
    assert page.status_code == 301


@pytest.mark.parametrize("headers", [{}, {"x-api-key": "unknown"}])
def test_errors_are_problem_json_and_lead_to_a_page(
    client: Client, db: None, headers: dict[str, str]
) -> None:
    response = client.get(PRODUCTION, headers=headers)
    problem: dict[str, Any] = response.json()

    assert response["WWW-Authenticate"].startswith("ApiKey ")
    assert problem["title"]
    assert problem["detail"]
    page = client.get(problem["type"].removeprefix("http://127.0.0.1:8001"))
    assert page.status_code == 200
    assert problem["title"] in page.text


@pytest.mark.parametrize("slug", PROBLEMS)
def test_every_problem_has_a_page(client: Client, db: None, slug: str) -> None:
    assert str(PROBLEMS[slug].detail) in client.get(f"/problems/{slug}/").text


def test_unknown_problem_has_no_page(client: Client, db: None) -> None:
    assert client.get("/problems/no-such-problem/").status_code == 404


LATIN_1 = st.characters(codec="latin-1", exclude_characters="\r\n")


@pytest.mark.django_db
@given(key=st.text(LATIN_1, max_size=600), other=st.text(LATIN_1, max_size=50), query=st.text())
def test_whatever_is_sent_gets_an_answer_of_the_protocol(key: str, other: str, query: str) -> None:
    headers = {"x-api-key": key, "magento-api-key": other, "user-agent": other}

    response = Client().get(PRODUCTION, headers=headers, query_params={"q": query})

    assert response.status_code in (400, 401, 429)
    assert problem_of(response)
    assert "Traceback" not in response.text
