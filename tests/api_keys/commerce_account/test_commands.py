import io
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from api_keys.commerce_account.checking import check_key
from api_keys.commerce_account.models import Company, IssuedKey
from api_keys.contract import Environment, Verdict


def issue(*arguments: str) -> str:
    printed = io.StringIO()
    call_command("issue_api_key", "Scripted", *arguments, stdout=printed)
    return printed.getvalue()


def test_issue_prints_the_key_alone(company: Company) -> None:
    printed = issue("--company", "Acme Outdoor", "--environment", "sandbox")

    assert check_key(printed.rstrip("\n"), Environment.SANDBOX).verdict is Verdict.VALID
    assert printed.count("\n") == 1


def test_issue_finds_the_company_by_its_id(company: Company) -> None:
    issue("--company", company.number)

    assert IssuedKey.objects.get().company == company


def test_issue_makes_a_company_only_when_told(db: None) -> None:
    with pytest.raises(CommandError, match="--create-company"):
        issue("--company", "Newcomer")

    issue("--company", "Newcomer", "--create-company")

    assert IssuedKey.objects.get().company.name == "Newcomer"


def test_issue_does_not_guess_between_companies_of_one_name(company: Company) -> None:
    Company.objects.create(name=company.name)

    with pytest.raises(CommandError, match="Give the ID"):
        issue("--company", company.name)


@pytest.mark.parametrize("arguments", [("", "Acme Outdoor"), (" ", "Acme Outdoor"), ("x", " ")])
def test_issue_refuses_what_the_pages_refuse(company: Company, arguments: tuple[str, str]) -> None:
    description, name = arguments

    with pytest.raises(CommandError):
        call_command("issue_api_key", description, "--company", name, "--create-company")

    assert not IssuedKey.objects.exists()


def test_issue_takes_an_expiry_to_come(company: Company) -> None:
    issue("--company", company.name, "--expires-at", "2099-01-02T03:04:05+00:00")

    assert IssuedKey.objects.get().expires_at == datetime(2099, 1, 2, 3, 4, 5, tzinfo=UTC)
    with pytest.raises(CommandError, match="past"):
        issue("--company", company.name, "--expires-at", "2020-01-02T03:04:05")


def test_check_exits_with_0_only_for_a_valid_key(
    issued: tuple[IssuedKey, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO(issued[1] + "\n"))

    call_command("check_api_key", stdout=printed)
    monkeypatch.setattr("sys.stdin", io.StringIO(issued[1] + "\n"))
    with pytest.raises(SystemExit) as end:
        call_command("check_api_key", "--environment", "sandbox", stdout=printed)

    assert printed.getvalue() == "valid\nwrong_environment\n"
    assert end.value.code == 1
