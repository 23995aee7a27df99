"""The token against forged forms."""

import re

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.middleware.csrf import get_token, rotate_token
from django.test import Client, RequestFactory

from admin_portal.csrf import token_of

TOKEN = re.compile('name="csrfmiddlewaretoken" value="(.*?)"')


@pytest.fixture
def client(admin_user: User) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    return client


@pytest.fixture
def request_(rf: RequestFactory) -> HttpRequest:
    return rf.get("/")


def test_all_forms_of_a_page_have_one_token_and_each_answer_another(client: Client) -> None:
    tokens = [TOKEN.findall(client.get("/").text) for _visit in range(2)]

    assert [len(of_page) >= 2 for of_page in tokens] == [True, True]
    assert [len(set(of_page)) for of_page in tokens] == [1, 1]
    assert tokens[0][0] != tokens[1][0]


def test_form_is_taken_with_it_and_refused_without(client: Client) -> None:
    token = TOKEN.findall(client.get("/").text)[0]

    refused = client.post("/session/")
    taken = client.post("/session/", {"csrfmiddlewaretoken": token})

    assert refused.status_code == 403
    assert taken.status_code != 403


def test_who_gets_another_secret_gets_another_token(request_: HttpRequest) -> None:
    before = token_of(request_)
    rotate_token(request_)
    after = token_of(request_)

    assert before != after
    assert after == token_of(request_)
    assert len(get_token(request_)) == len(after)
