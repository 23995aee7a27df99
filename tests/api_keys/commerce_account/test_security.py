"""Security in My Account: password, address, two-step verification and recovery codes."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from tests.api_keys.commerce_account.people import EMAIL, PASSWORD, PORTAL, is_signed_in, sign_in
from tests.second_factors import SECRET, add_passkey, totp_code, use_totp

SECURITY = "/my-account/security/"
NEW = {"oldpassword": PASSWORD, "password1": "another long phrase"}
NEW["password2"] = NEW["password1"]


@pytest.fixture
def mia(member: User) -> Client:
    """A browser in which Mia has just signed in by her password."""
    client = Client()
    sign_in(client)
    return client


def test_security_shows_all_on_one_page(mia: Client) -> None:
    page = mia.get(SECURITY)

    headings = re.findall(r"<h3>(.*?)</h3>", page.text)
    assert headings == ["Password", "Email", "Two-step verification", "Passkeys"]
    assert EMAIL in page.text
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize("path", [SECURITY, f"{SECURITY}email/", "/my-account/sessions/"])
def test_navigation_marks_where_one_is(mia: Client, path: str) -> None:
    page = mia.get(path)

    (current,) = re.findall(r'href="(\S+)" aria-current="page"', page.text)
    assert path.startswith(current)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "password/",
        "email/",
        "authenticator/",
        "authenticator/remove/",
        "recovery-codes/",
        "recovery-codes/new/",
        "recovery-codes/download/",
        "passkeys/add/",
        "passkeys/1/rename/",
        "passkeys/1/remove/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_signed_out_every_page_asks_to_sign_in(
    client: Client, db: None, path: str, method: str
) -> None:
    answer = getattr(client, method)(SECURITY + path)

    assert answer["Location"] == f"/sign-in/?next={SECURITY}{path}"


def test_password_is_changed_and_a_mail_says_so(mia: Client, member: User) -> None:
    page = mia.post(f"{SECURITY}password/", NEW, follow=True)

    member.refresh_from_db()
    assert page.redirect_chain == [(SECURITY, 302)]
    assert "Your password is changed" in page.text
    assert member.check_password(NEW["password1"])
    assert [(m.to, m.subject) for m in mail.outbox] == [([EMAIL], "Your password was changed")]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("oldpassword", "wrong", "This is not your current password."),
        ("password2", "something else", "You must type the same password each time."),
        ("password1", "short", "at least 12 characters"),
        ("password1", "nul\0 in a long phrase", "Null characters are not allowed."),
    ],
)
def test_bad_new_password_is_refused_beside_the_field(
    mia: Client, member: User, field: str, value: str, message: str
) -> None:
    page = mia.post(f"{SECURITY}password/", {**NEW, field: value})

    assert message in page.text
    assert "aria-invalid" in page.text
    assert not any(password in page.text for password in NEW.values())


def test_guessing_the_password_in_use_is_limited(mia: Client, member: User) -> None:
    for _number in range(5):
        mia.post(f"{SECURITY}password/", {**NEW, "oldpassword": "wrong"})

    answer = mia.post(f"{SECURITY}password/", NEW)

    member.refresh_from_db()
    assert answer.status_code == 429
    assert member.check_password(PASSWORD)


def link_in_the_last_mail() -> str:
    (path,) = re.findall(r"http://127.0.0.1:8001(\S+)", str(mail.outbox[-1].body))
    return str(path)


def test_new_address_counts_once_it_is_confirmed(mia: Client, member: User) -> None:
    asked = mia.post(f"{SECURITY}email/", {"email": "New@example.com", "action_add": ""})
    meanwhile = mia.get(f"{SECURITY}email/")
    old_still_works = sign_in(Client())
    mia.post(link_in_the_last_mail(), follow=True)

    member.refresh_from_db()
    assert asked["Location"] == f"{SECURITY}email/"
    assert "Waiting for confirmation" in meanwhile.text
    assert old_still_works.redirect_chain[0] == (PORTAL, 302)
    assert member.email == "new@example.com"
    assert sign_in(Client(), "new@example.com").redirect_chain[0] == (PORTAL, 302)
    assert sign_in(Client()).redirect_chain == []


def test_change_of_address_is_told_to_the_old_one(mia: Client, member: User) -> None:
    member.emailaddress_set.create(email=EMAIL, verified=True, primary=True)
    mia.post(f"{SECURITY}email/", {"email": "new@example.com", "action_add": ""})

    mia.post(link_in_the_last_mail())

    assert mail.outbox[-1].to == [EMAIL]
    assert "from mia@example.com to new@example.com" in mail.outbox[-1].body
    assert [a.email for a in member.emailaddress_set.all()] == ["new@example.com"]


def test_change_of_address_can_be_called_off(mia: Client, member: User) -> None:
    mia.post(f"{SECURITY}email/", {"email": "new@example.com", "action_add": ""})
    link = link_in_the_last_mail()

    page = mia.post(
        f"{SECURITY}email/", {"email": "new@example.com", "action_remove": ""}, follow=True
    )
    mia.post(link)

    member.refresh_from_db()
    assert "no longer waiting" in page.text
    assert member.email == EMAIL


def test_second_change_of_address_replaces_the_first(mia: Client, member: User) -> None:
    for email in ("first@example.com", "second@example.com"):
        page = mia.post(f"{SECURITY}email/", {"email": email, "action_add": ""}, follow=True)

    assert "second@example.com" in page.text
    assert "first@example.com" not in page.text
    assert "In use" in page.text
    assert EMAIL in page.text


@pytest.mark.django_db(transaction=True)  # the library speaks after the commit
def test_two_step_verification_is_set_up_with_a_code(mia: Client, member: User) -> None:
    form = mia.get(f"{SECURITY}authenticator/")
    (secret,) = re.findall(r">([A-Z2-7]{32})<", form.text)

    codes = mia.post(f"{SECURITY}authenticator/", {"code": totp_code(secret)}, follow=True)

    assert "<svg" in form.text
    assert codes.redirect_chain == [(f"{SECURITY}recovery-codes/", 302)]
    assert len(re.findall(r"<li>\d{8}</li>", codes.text)) == 10
    assert "Two-step verification is on." in codes.text
    assert "no-store" in codes["Cache-Control"]
    assert mail.outbox[-1].subject == "Two-step verification was turned on"


def test_wrong_code_sets_nothing_up_and_keeps_the_secret(mia: Client, member: User) -> None:
    form = mia.get(f"{SECURITY}authenticator/")
    (secret,) = re.findall(r">([A-Z2-7]{32})<", form.text)

    page = mia.post(f"{SECURITY}authenticator/", {"code": "000000"})

    assert "This code is not right." in page.text
    assert secret in page.text
    assert not Authenticator.objects.exists()


def test_sign_in_asks_for_the_second_step(client: Client, member: User) -> None:
    use_totp(member)

    step = sign_in(client)
    before = client.get(PORTAL)
    page = client.post("/sign-in/second-step/", {"code": totp_code()}, follow=True)

    assert step.redirect_chain == [("/sign-in/second-step/", 302)]
    assert before.status_code == 302
    assert page.redirect_chain[0] == (PORTAL, 302)


def test_second_step_offers_a_passkey_to_who_has_one(member: User) -> None:
    by_name = Client(HTTP_HOST="localhost:8001")
    use_totp(member)
    without = sign_in(by_name)
    add_passkey(member)

    having = by_name.get("/sign-in/second-step/")

    assert "Use a passkey" not in without.text
    assert "Use a passkey" in having.text


def test_code_is_used_up(client: Client, member: User) -> None:
    use_totp(member)
    code = totp_code()
    sign_in(client)
    client.post("/sign-in/second-step/", {"code": code})

    onlooker = Client()
    sign_in(onlooker)
    page = onlooker.post("/sign-in/second-step/", {"code": code})

    assert "This code is not right." in page.text
    assert not is_signed_in(onlooker)


@pytest.mark.django_db(transaction=True)  # the library speaks after the commit
def test_code_that_set_it_up_is_used_up_as_well(mia: Client, member: User) -> None:
    form = mia.get(f"{SECURITY}authenticator/")
    (secret,) = re.findall(r">([A-Z2-7]{32})<", form.text)
    code = totp_code(secret)
    mia.post(f"{SECURITY}authenticator/", {"code": code})

    onlooker = Client()
    sign_in(onlooker)

    assert "This code is not right." in onlooker.post("/sign-in/second-step/", {"code": code}).text


def recovery_codes(client: Client) -> list[str]:
    return re.findall(r"<li>(\d{8})</li>", client.get(f"{SECURITY}recovery-codes/").text)


@pytest.fixture
def with_codes(mia: Client, member: User) -> Client:
    """Mia's browser; she has an authenticator app, and recovery codes."""
    use_totp(member)
    mia.post(f"{SECURITY}recovery-codes/new/")
    return mia


def test_recovery_code_signs_in_once(with_codes: Client) -> None:
    code = recovery_codes(with_codes)[3]

    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client)
        client.post("/sign-in/second-step/", {"code": code})

    assert is_signed_in(first)
    assert not is_signed_in(second)
    assert len(recovery_codes(with_codes)) == 9


@pytest.mark.django_db(transaction=True)  # the library speaks after the commit
def test_new_recovery_codes_replace_the_old(with_codes: Client) -> None:
    before = recovery_codes(with_codes)

    page = with_codes.post(f"{SECURITY}recovery-codes/new/", follow=True)

    assert "New recovery codes are ready" in page.text
    assert not set(before) & set(recovery_codes(with_codes))


def test_recovery_codes_can_be_downloaded(with_codes: Client) -> None:
    file = with_codes.get(f"{SECURITY}recovery-codes/download/")

    assert file["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert re.findall(r"\d{8}", file.text) == recovery_codes(with_codes)
    assert "no-store" in file["Cache-Control"]


def test_turning_two_step_verification_off_takes_the_codes_along(with_codes: Client) -> None:
    page = with_codes.post(f"{SECURITY}authenticator/remove/", follow=True)

    assert "Two-step verification is off." in page.text
    assert not Authenticator.objects.exists()
    assert mail.outbox[-1].subject == "Two-step verification was turned off"
    assert sign_in(Client()).redirect_chain[0] == (PORTAL, 302)


def test_secrets_lie_encrypted_in_the_database(with_codes: Client) -> None:
    kept = "".join(str(row.data) for row in Authenticator.objects.all())

    assert SECRET not in kept
    assert len(re.findall(r"'gAAAAA[\w=-]+'", kept)) == 2


@pytest.mark.parametrize("path", ["authenticator/remove/", "recovery-codes/", "passkeys/7/rename/"])
def test_what_one_does_not_have_is_no_page(mia: Client, path: str) -> None:
    assert mia.get(SECURITY + path).status_code == 404
