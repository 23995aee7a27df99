"""One id for each request: in the answer, the log and the call to the service."""

import logging
import re

import pytest
from django.test import Client

from admin_portal.background_jobs import run_all
from admin_portal.logs import JsonFormatter, KeylessFormatter
from admin_portal.monitoring import request_ids
from api_keys.contract import Verdict
from tests.admin_portal.monitoring.reading import formatted
from tests.api_keys.commerce_account.gateway_client import GatewayClient
from tests.conftest import KeyService

CHANNEL = "/marketing/amazon-sales-channel/"


@pytest.mark.django_db
def test_id_of_the_answer_stands_in_every_line_of_the_request_and_in_none_after_it(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers((500, {}, ""))

    with formatted(JsonFormatter()) as lines:
        first, second = admin_client.get(CHANNEL), admin_client.get(CHANNEL)
        logging.getLogger("after").warning("over")

    ids = [visit["X-Request-ID"] for visit in (first, second)]
    about = [(line["logger"].split(".")[0], line.get("request_id")) for line in lines]
    # One line of the verification, and one of Django's about its 503.
    assert about == [
        ("api_keys", ids[0]),
        ("django", ids[0]),
        ("api_keys", ids[1]),
        ("django", ids[1]),
        ("after", None),
    ]
    assert len(set(ids)) == 2
    assert request_ids.current() == ""


@pytest.mark.django_db
def test_service_is_told_the_visit_s_id(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID)

    visit = admin_client.get(CHANNEL, headers={"x-request-id": "of-the-visitor-s-choice"})

    sent = [headers["X-Request-ID"] for headers in key_service.headers_seen]
    assert sent == [visit["X-Request-ID"]]
    assert re.fullmatch("[0-9a-f]{32}", visit["X-Request-ID"])


@pytest.mark.postgresql
@pytest.mark.usefixtures("commerce_account_site")
@pytest.mark.django_db
@pytest.mark.parametrize("way", [Client, GatewayClient])
def test_account_takes_over_what_is_an_id_and_makes_one_otherwise(way: type[Client]) -> None:
    client = way()
    sent = ["the-admins-0f", "", "a b", "a\tb", "x" * 65, "ck_production_x"]

    answers = [client.get("/gateway/apikeycheck", headers={"x-request-id": each}) for each in sent]

    got = [answer["X-Request-ID"] for answer in answers]
    assert got[0] == "the-admins-0f"
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in got[1:])
    assert len(set(got)) == len(sent)


def test_line_has_the_id_or_a_dash() -> None:
    formatter = KeylessFormatter("%(request_id)s %(message)s")
    record = logging.LogRecord("django", logging.INFO, __file__, 1, "said", (), None)

    without = formatter.format(record)
    environ: dict[str, str] = {}
    request_ids.begin(environ)
    within = formatter.format(record)
    request_ids.end()

    assert without == "- said"
    assert within == f"{environ[request_ids.ENVIRON]} said"


def test_lines_of_a_job_have_an_id_of_its_own() -> None:
    def first(now: object) -> None:
        logging.getLogger("jobs").warning("one")
        logging.getLogger("jobs").warning("two")

    def second(now: object) -> None:
        raise RuntimeError

    with formatted(JsonFormatter()) as lines:
        run_all([first, second])

    one, two, failed = (line.get("request_id") for line in lines)
    assert one == two
    assert one
    assert failed
    assert failed != one
