"""The journey by script, as the README has it, and several people at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from api_keys.contract import Environment, generate_key
from tests.end_to_end.processes import ACCOUNT_SETTINGS, ADMIN_SETTINGS, Sites

CONFIGURATION = "/stores/configuration/services/magento-services/"
pytestmark = pytest.mark.postgresql


def test_journey_by_script(sites: Sites) -> None:
    issued = sites.manage(
        "issue_api_key", "Scripted", "--company=Acme", "--create-company", settings=ACCOUNT_SETTINGS
    )
    key = issued[1]

    checked = sites.manage("check_api_key", settings=ACCOUNT_SETTINGS, given=key)
    before = sites.manage("verify_stored_key", settings=ADMIN_SETTINGS)
    sites.manage("store_api_key", settings=ADMIN_SETTINGS, given=f"{key}\n")
    after = sites.manage("verify_stored_key", settings=ADMIN_SETTINGS)

    assert checked == (0, "valid")
    assert before == (1, "missing: no key is stored")
    assert after == (0, "valid: the service accepts the key")


def test_of_many_saving_at_the_same_instant_one_stores_and_all_others_are_told(
    sites: Sites,
) -> None:
    people = 6
    together = threading.Barrier(people)
    session, token = signed_in_session(sites)

    def save_a_key(_number: int) -> str:
        form = {
            "csrfmiddlewaretoken": token,
            "production_api_key": generate_key(Environment.PRODUCTION),
            "production_seen": "",
            "sandbox_seen": "",
        }
        together.wait(timeout=60)
        url = sites.admin + CONFIGURATION
        return requests.post(url, form, cookies=session.cookies, timeout=30).text

    with ThreadPoolExecutor(people) as pool:
        pages = list(pool.map(save_a_key, range(people)))

    assert sum("You saved the configuration." in page for page in pages) == 1
    assert sum("stored another Production Api Key" in page for page in pages) == people - 1


def signed_in_session(sites: Sites) -> tuple[requests.Session, str]:
    """Sign in as a browser does. Returns the session and the token that its forms need."""
    session = requests.Session()
    page = session.get(f"{sites.admin}/sign-in/", timeout=30).text
    form = {"login": "admin", "password": sites.password, "csrfmiddlewaretoken": token_in(page)}
    session.post(f"{sites.admin}/sign-in/", form, timeout=30)
    return session, token_in(session.get(sites.admin + CONFIGURATION, timeout=30).text)


def token_in(page: str) -> str:
    return page.split('csrfmiddlewaretoken" value="')[1].split('"')[0]
