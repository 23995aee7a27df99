import io

import pytest
from django.core.management import CommandError, call_command

from admin_portal.encryption import decrypt
from api_keys.contract import Environment, Verdict, generate_key
from api_keys.store_configuration.management.commands.verify_stored_key import REASONS
from api_keys.store_configuration.models import StoredKey
from tests.conftest import KeyService


def verify(*arguments: str) -> tuple[str, int]:
    """Return what the command printed, and its exit code."""
    printed = io.StringIO()
    code = 0
    try:
        call_command("verify_stored_key", *arguments, stdout=printed)
    except SystemExit as end:
        code = int(end.code or 0)
    return printed.getvalue(), code


def test_verify_exits_with_0_for_a_valid_key(stored_key: str, key_service: KeyService) -> None:
    key_service.answers(Verdict.VALID)

    assert verify() == ("valid: the service accepts the key\n", 0)


@pytest.mark.parametrize("verdict", [Verdict.REVOKED, Verdict.EXPIRED, Verdict.INVALID])
def test_verify_exits_with_1_for_a_bad_key(
    stored_key: str, key_service: KeyService, verdict: Verdict
) -> None:
    key_service.answers(verdict)

    assert verify() == (f"{verdict}: {REASONS[verdict]}\n", 1)


def test_verify_prints_the_reason_of_an_outage(stored_key: str, key_service: KeyService) -> None:
    key_service.answers((503, {}, ""))

    assert verify() == ("unavailable: status 503\n", 1)


def test_verify_reports_a_missing_key(db: None) -> None:
    assert verify("--environment", "sandbox") == ("missing: no key is stored\n", 1)


def test_every_verdict_has_a_reason() -> None:
    assert set(REASONS) == set(Verdict)


def test_store_reads_the_key_from_standard_input(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    key = generate_key(Environment.SANDBOX)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{key}\n"))

    call_command("store_api_key", "--environment", "sandbox", stdout=io.StringIO())

    stored = StoredKey.objects.get()
    assert (stored.environment, decrypt(stored.ciphertext)) == ("sandbox", key)


@pytest.mark.parametrize(
    ("given", "message"),
    [("\n", "no key"), ("ck_production_cut", "cut off"), ("two words", "no spaces")],
)
def test_store_refuses_what_the_page_refuses(
    db: None, monkeypatch: pytest.MonkeyPatch, given: str, message: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(given))

    with pytest.raises(CommandError, match=message):
        call_command("store_api_key")

    assert not StoredKey.objects.exists()
