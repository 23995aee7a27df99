import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command


def test_address_is_changed_and_taken_away(
    administrator: User, capsys: pytest.CaptureFixture[str]
) -> None:
    for email, where in (("ada@example.com", "to ada@example.com"), ("", "nowhere")):
        call_command("change_email", "ada", email)

        administrator.refresh_from_db()
        assert administrator.email == email
        assert capsys.readouterr().out == f"E-mails for ada go {where}.\n"


@pytest.mark.parametrize(
    ("name", "email", "message"),
    [("ada", "nonsense", "no e-mail address"), ("eve", "eve@example.com", "Nobody is called eve")],
)
def test_what_can_not_be_is_refused(
    administrator: User, name: str, email: str, message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("change_email", name, email)
