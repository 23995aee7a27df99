"""Encryption keys rotate while both sites serve, as the README has it."""

import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from cryptography.fernet import Fernet

from api_keys.contract import CHECK_PATH
from tests.end_to_end.processes import (
    ACCOUNT_SETTINGS,
    ADMIN_SETTINGS,
    Sites,
    copy_installation,
    served_sites,
)
from tests.end_to_end.test_scripts import signed_in_session

pytestmark = pytest.mark.postgresql

CHANNEL = "/marketing/amazon-sales-channel/"
ISSUED = 1000
# One after the other would take minutes; nobody asks for these.
ISSUE_MANY = f"""
from admin_portal.encryption import encrypt
from api_keys.commerce_account.models import Company, IssuedKey
company = Company.objects.get()
IssuedKey.objects.bulk_create(
    IssuedKey(company=company, environment="sandbox", description=str(n), digest=str(n),
              ciphertext=encrypt(str(n)), fingerprint=str(n), last_four="0000")
    for n in range({ISSUED - 1})
)
"""


def change_encryption_keys(env_file: Path, pattern: str, replacement: str) -> None:
    """Rewrite the lists of encryption keys of both sites."""
    text, number = re.subn(
        rf"(?m)^(\w+_ENCRYPTION_KEYS)={pattern}$", replacement, env_file.read_text()
    )
    assert number == 2
    env_file.write_text(text)


class Traffic:
    """Visits of the channel and checks of the key, one after the other, until it is over."""

    def __init__(self, sites: Sites, key: str) -> None:
        self.sites, self.key = sites, key
        self.answers: Counter[tuple[str, int, str]] = Counter()
        self._is_over = threading.Event()
        self._pool = ThreadPoolExecutor(3)

    def __enter__(self) -> None:
        session, _token = signed_in_session(self.sites)
        begun = threading.Barrier(3)
        self._calls = [
            self._pool.submit(self._go_on, begun, session, f"{self.sites.admin}{CHANNEL}", {}),
            self._pool.submit(
                self._go_on,
                begun,
                requests.Session(),
                f"{self.sites.account}{CHECK_PATH}",
                {"x-api-key": self.key},
            ),
        ]
        begun.wait(timeout=60)

    def __exit__(self, *error: object) -> None:
        self._is_over.set()
        for call in self._calls:
            call.result(timeout=60)
        self._pool.shutdown()

    def _go_on(
        self,
        begun: threading.Barrier,
        session: requests.Session,
        url: str,
        headers: dict[str, str],
    ) -> None:
        is_first = True
        while is_first or not self._is_over.is_set():
            answer = session.get(url, headers=headers, timeout=30, allow_redirects=False)
            self.answers[url, answer.status_code, answer.headers.get("Location", "")] += 1
            if is_first:
                begun.wait(timeout=60)
            is_first = False


def rotate(sites: Sites, *options: str) -> dict[str, tuple[int, str]]:
    return {
        settings: sites.manage("rotate_encryption_key", *options, settings=settings)
        for settings in (ADMIN_SETTINGS, ACCOUNT_SETTINGS)
    }


def test_encryption_keys_rotate_while_both_sites_serve(prepared: Sites, tmp_path: Path) -> None:
    settings = {"LIMIT_PER_KEY": "0", "LIMIT_PER_ADDRESS": "0"}
    environment = copy_installation(prepared, tmp_path, **settings)
    env_file = tmp_path / ".env"
    with served_sites(tmp_path, environment) as sites:
        company = ("--company=Acme", "--create-company")
        _code, key = sites.manage("issue_api_key", "Key", *company, settings=ACCOUNT_SETTINGS)
        sites.manage("store_api_key", settings=ADMIN_SETTINGS, given=key)
        assert sites.manage("shell", "-c", ISSUE_MANY, settings=ACCOUNT_SETTINGS)[0] == 0

    change_encryption_keys(env_file, "(.+)", rf"\1={Fernet.generate_key().decode()},\2")
    with served_sites(tmp_path, environment) as sites:
        traffic = Traffic(sites, key)
        with traffic:
            needed = rotate(sites, "--check")
            rotated = rotate(sites)

    change_encryption_keys(env_file, "(.+),.+", r"\1=\2")
    with served_sites(tmp_path, environment) as sites:
        left = rotate(sites, "--check")
        verified = sites.manage("verify_stored_key", settings=ADMIN_SETTINGS)

    assert [code for code, _said in needed.values()] == [1, 1]
    assert [code for code, _said in rotated.values()] == [0, 0]
    assert "stored keys: 1 re-encrypted" in rotated[ADMIN_SETTINGS][1]
    assert f"issued keys: {ISSUED} re-encrypted" in rotated[ACCOUNT_SETTINGS][1]
    assert set(traffic.answers) == {
        (f"{sites.admin}{CHANNEL}", 200, ""),
        (f"{sites.account}{CHECK_PATH}", 200, ""),
    }
    assert min(traffic.answers.values()) > 5
    assert [code for code, _said in left.values()] == [0, 0]
    assert verified == (0, "valid: the service accepts the key")
