"""The life of a key as its holders and their programs see it: rolled, used, deleted."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from api_keys.contract import CHECK_PATH
from tests.end_to_end.person import (
    add_key,
    assert_accessible,
    context_of,
    create_account,
    reload_until_visible,
)
from tests.end_to_end.processes import (
    ACCOUNT_SETTINGS,
    ROOT,
    Sites,
    copy_installation,
    free_port,
    served_sites,
)

ROLL = """
import sys
from datetime import timedelta
from admin_portal.actors import NOBODY
from api_keys.commerce_account.issuing import read_key, roll_key
from api_keys.commerce_account.models import IssuedKey
key = IssuedKey.objects.get()
print(read_key(key), flush=True)
while True:
    key = roll_key(key, by=NOBODY, expires_at=None, overlap=timedelta(seconds=0))
    print(read_key(key), flush=True)
"""


@pytest.fixture
def sites(prepared: Sites, tmp_path: Path) -> Iterator[Sites]:
    """Both sites, where a key retires as soon as its successor is used, and nothing is limited."""
    settings = {"ROLL_GRACE_SECONDS": "0", "USAGE_FLUSH_SECONDS": "1", "LIMIT_PER_KEY": "0"}
    environment = copy_installation(prepared, tmp_path, **settings)
    with served_sites(tmp_path, environment) as running:
        yield running


def issue(sites: Sites, description: str = "Amazon Sales Channel") -> str:
    code, key = sites.manage(
        "issue_api_key",
        description,
        "--company=Acme Outdoor",
        "--create-company",
        settings=ACCOUNT_SETTINGS,
    )
    assert code == 0, key
    return key


def check(address: str, key: str) -> int:
    return requests.get(address + CHECK_PATH, headers={"x-api-key": key}, timeout=10).status_code


def copy(page: Page) -> str:
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_key_is_rolled_until_its_successor_is_seen_in_use_and_then_deleted(
    browser: Browser, sites: Sites
) -> None:
    with context_of(browser, sites) as context:
        page = context.new_page()
        page.goto(sites.account)
        create_account(page)
        add_key(page, "Amazon Sales Channel")
        old = copy(page)
        page.get_by_role("link", name="Amazon Sales Channel").click()
        assert_accessible(page)

        page.get_by_role("link", name="Roll").click()
        expect(page.get_by_label("The old key goes on working")).to_have_value("used")
        assert_accessible(page)
        page.get_by_role("button", name="Create the new key").click()
        expect(page.get_by_text("This is the new key.")).to_be_visible()
        new = copy(page)
        page.get_by_role("link", name="The key that it takes the place of").click()
        expect(page.get_by_text("Retiring", exact=True)).to_be_visible()
        assert_accessible(page)
        page.get_by_role("link", name="Call off the roll").click()
        assert_accessible(page)
        page.get_by_role("link", name="Go on with it").click()

        assert [check(sites.account, key) for key in (old, new, old)] == [200, 200, 401]
        page.reload()
        expect(page.get_by_text("Revoked", exact=True)).to_be_visible()
        assert_accessible(page)

        page.goto(sites.account)
        page.get_by_role("link", name="Delete").click()
        expect(page.get_by_role("heading", name="Delete “Amazon Sales Channel”?")).to_be_visible()
        reload_until_visible(page, page.get_by_role("cell", name="127.0.0.1"))
        assert_accessible(page)
        page.get_by_role("button", name="Delete").click()
        expect(page.get_by_text("was deleted")).to_be_visible()
        assert check(sites.account, new) == 401


@pytest.mark.postgresql
def test_client_that_changes_over_at_any_time_of_a_roll_is_never_refused(sites: Sites) -> None:
    keys = [issue(sites)]
    changing_over = threading.Event()
    answers: list[int] = []

    def be_a_client() -> None:
        while not changing_over.is_set() or answers[-1] != 200 or len(answers) < 50:
            answers.append(check(sites.account, keys[0]))
        answers.extend(check(sites.account, keys[1]) for _ in range(50))

    client = threading.Thread(target=be_a_client)
    client.start()
    code, successor = sites.manage("shell", "-v0", "-c", ROLL_UNTIL_USED, settings=ACCOUNT_SETTINGS)
    assert code == 0
    keys.append(successor)
    changing_over.set()
    client.join(timeout=60)

    assert len(answers) >= 100
    assert set(answers) == {200}
    assert [check(sites.account, key) for key in keys] == [401, 200]


ROLL_UNTIL_USED = """
from admin_portal.actors import NOBODY
from api_keys.commerce_account.issuing import read_key, roll_key
from api_keys.commerce_account.models import IssuedKey
key = IssuedKey.objects.get()
print(read_key(roll_key(key, by=NOBODY, expires_at=None, overlap=None)))
"""


@pytest.mark.postgresql
@pytest.mark.parametrize("rolls", [1, 20])
def test_whenever_a_roll_is_killed_one_key_works(sites: Sites, rolls: int) -> None:
    issue(sites)
    program = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "-v0", "-c", ROLL, "--settings", ACCOUNT_SETTINGS],
        cwd=ROOT,
        env=sites.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    keys = [program.stdout.readline().strip() for _ in range(rolls)]

    program.send_signal(signal.SIGKILL)
    with program.stdout as said:
        keys += said.read().split()
    program.wait(timeout=30)

    working = sites.manage("shell", "-v0", "-c", WORKING, settings=ACCOUNT_SETTINGS)[1].split()
    assert len(working) == 1
    assert check(sites.account, working[0]) == 200
    assert working[0] in keys[-1:] or working[0] not in keys, "the last one made"


WORKING = """
from django.utils import timezone
from api_keys.commerce_account.issuing import read_key
from api_keys.commerce_account.models import IssuedKey
print(*(read_key(key) for key in IssuedKey.objects.not_revoked(timezone.now())))
"""


@pytest.mark.postgresql
def test_other_node_refuses_a_deleted_key_at_its_next_request(sites: Sites) -> None:
    with another_node(sites) as other:
        key = issue(sites)
        before = [check(node, key) for node in (sites.account, other)]

        code, said = sites.manage("shell", "-v0", "-c", DELETE, settings=ACCOUNT_SETTINGS)
        after = [check(node, key) for node in (other, sites.account)]

    assert (code, said) == (0, "True")
    assert (before, after) == ([200, 200], [401, 401])


DELETE = """
from admin_portal.actors import NOBODY
from api_keys.commerce_account.issuing import revoke_key
from api_keys.commerce_account.models import IssuedKey
print(revoke_key(IssuedKey.objects.get(), by=NOBODY))
"""


@contextmanager
def another_node(sites: Sites) -> Iterator[str]:
    """Serve the Commerce account a second time, from a process of its own, on the same database."""
    with free_port() as port:
        pass
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}"]
    configured = ["-c", "admin_portal/embedded/gunicorn.conf.py", "api_keys.commerce_account.wsgi"]
    node = subprocess.Popen([*command, *configured], cwd=ROOT, env=sites.environment)
    try:
        wait_until_it_answers(address)
        yield address
    finally:
        node.terminate()
        node.wait(timeout=30)


def wait_until_it_answers(address: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            requests.get(address + "/sign-in/", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the second node did not start")
