"""The Api Keys page: Stores > Settings > Configuration > Services > Magento Services."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from admin_portal.encryption import decrypt
from api_keys.contract import STATUS, Environment, Verdict, fingerprint, generate_key
from api_keys.store_configuration.models import LastVerification, StoredKey
from tests.conftest import KeyService, client_with

URL = "/stores/configuration/services/magento-services/"
SAVED = "You saved the configuration."


def stored_in(environment: Environment) -> str:
    stored = StoredKey.objects.of(environment)
    return decrypt(stored.ciphertext) if stored else ""


def save(client: Client, production: str = "", sandbox: str = "", **seen: str) -> str:
    """Save as a browser would that has the page of this very moment open, unless told otherwise."""
    now = {f"{key.environment}_seen": key.fingerprint for key in StoredKey.objects.all()}
    data = {"production_api_key": production, "sandbox_api_key": sandbox, **now, **seen}
    return client.post(URL, data, follow=True).text


def test_page_offers_both_keys(admin_client: Client) -> None:
    page = admin_client.get(URL)

    assert page.status_code == 200
    assert "Production Api Key" in page.text
    assert "Sandbox Api Key" in page.text
    assert page.text.count("[global]") == 2
    assert page.text.count("No key is stored.") == 2


def test_saved_key_is_stored_and_verified_there_and_then(
    admin_client: Client, key_service: KeyService
) -> None:
    key = generate_key(Environment.PRODUCTION)
    key_service.answers(Verdict.VALID)

    page = save(admin_client, production=key)

    assert SAVED in page
    assert stored_in(Environment.PRODUCTION) == key
    assert key_service.keys_seen == [key]
    assert "Valid" in page
    assert "Go to Amazon Sales Channel" in page
    assert fingerprint(key) in page
    assert key not in page


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.INVALID, "Not known to the key service"),
        (Verdict.REVOKED, "Deleted in API Portal"),
        (Verdict.EXPIRED, "Expired"),
        (Verdict.WRONG_ENVIRONMENT, "Belongs to another environment"),
    ],
)
def test_bad_key_is_stored_with_the_verdict_beside_the_field(
    admin_client: Client, key_service: KeyService, verdict: Verdict, words: str
) -> None:
    key_service.answers(verdict)

    page = save(admin_client, production=generate_key(Environment.PRODUCTION))

    assert SAVED in page
    assert words in page
    assert "is saved, but it does not work" in page
    assert "Open API Portal" in page
    assert "Go to Amazon Sales Channel" not in page


def test_outage_does_not_stop_saving(admin_client: Client, key_service: KeyService) -> None:
    key = generate_key(Environment.PRODUCTION)
    key_service.answers((503, {}, ""))

    page = save(admin_client, production=key)

    assert SAVED in page
    assert "not verified yet" in page
    assert "Not verified yet" in page
    assert stored_in(Environment.PRODUCTION) == key


def test_each_key_is_verified_at_the_url_of_its_environment(
    admin_client: Client, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID)

    save(
        admin_client,
        production=generate_key(Environment.PRODUCTION),
        sandbox=generate_key(Environment.SANDBOX),
    )

    assert key_service.urls_seen == [
        "http://127.0.0.1:8001/gateway/apikeycheck",
        "http://127.0.0.1:8001/sandbox/gateway/apikeycheck",
    ]


def test_surroundings_of_a_paste_are_removed_and_that_is_said(
    admin_client: Client, key_service: KeyService
) -> None:
    key = generate_key(Environment.PRODUCTION)
    key_service.answers(Verdict.VALID)

    page = save(admin_client, production=f" “{key}”\u200b\n")

    assert "Spaces or quotes around the Production Api Key were removed." in page
    assert stored_in(Environment.PRODUCTION) == key


@pytest.mark.parametrize(
    ("pasted", "message"),
    [
        ("••••••••7f3a", "This is a masked key."),
        ("ck_production_cut", "This key looks cut off"),
        pytest.param(generate_key(Environment.SANDBOX), "This is a Sandbox key.", id="sandbox"),
        ("k" * 513, "longer than any key"),
        ("k" * 10_000, "longer than any key"),
        ("key\0key", "Null characters are not allowed."),
        ("ключ", "Keys have no spaces"),
        ("<script>alert(1)</script> 'x", "Keys have no spaces"),
    ],
)
def test_what_can_be_no_key_is_refused_and_the_key_before_stays(
    admin_client: Client, stored_key: str, key_service: KeyService, pasted: str, message: str
) -> None:
    page = save(admin_client, production=pasted)

    assert message in page
    assert "Nothing was saved." in page
    assert SAVED not in page
    assert pasted not in page
    assert stored_in(Environment.PRODUCTION) == stored_key


def test_own_password_is_refused(
    administrator: User, admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    administrator.set_password("my-own-password")
    administrator.save()
    admin_client.force_login(administrator)

    pages = [save(admin_client, production=p) for p in (" my-own-password", "my-own-password")]

    assert all("This is your own password" in page for page in pages)
    assert all("my-own-password" not in page for page in pages)
    assert stored_in(Environment.PRODUCTION) == stored_key


def test_own_password_with_a_quote_at_its_end_is_refused(
    administrator: User, admin_client: Client, key_service: KeyService
) -> None:
    administrator.set_password('my-own-password"')
    administrator.save()
    admin_client.force_login(administrator)

    page = save(admin_client, production='my-own-password"')

    assert "This is your own password" in page
    assert stored_in(Environment.PRODUCTION) == ""


def test_one_refused_field_keeps_the_other_from_being_stored(
    admin_client: Client, key_service: KeyService
) -> None:
    good = generate_key(Environment.PRODUCTION)

    page = save(admin_client, production=good, sandbox="ck_sandbox_cut")

    assert "Nothing was saved." in page
    assert good not in page
    assert stored_in(Environment.PRODUCTION) == ""


def test_empty_field_keeps_the_stored_key_and_verifies_it_again(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.EXPIRED)

    page = save(admin_client)

    assert SAVED in page
    assert stored_in(Environment.PRODUCTION) == stored_key
    assert "Expired" in page


def test_key_of_another_issuer_is_stored_as_it_is(
    admin_client: Client, key_service: KeyService
) -> None:
    key_service.answers((200, {}, ""))

    page = save(admin_client, production="3f6c1c9e5d2b4a7f")

    assert SAVED in page
    assert "Valid" in page
    assert stored_in(Environment.PRODUCTION) == "3f6c1c9e5d2b4a7f"


def test_unreadable_key_is_shown_as_such(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    StoredKey.objects.update(ciphertext="gAAAA")

    page = admin_client.get(URL)

    assert "Can&#x27;t be read" in page.text
    assert "Go to Amazon Sales Channel" not in page.text


def test_page_is_kept_by_no_cache_and_asks_no_browser_to_fill_in(
    admin_client: Client, stored_key: str
) -> None:
    page = admin_client.get(URL)

    assert "no-store" in page["Cache-Control"]
    assert page.text.count('autocomplete="off"') >= 2
    assert stored_key not in page.text


def test_signed_out_visit_asks_to_sign_in(client: Client, db: None) -> None:
    assert client.get(URL)["Location"] == f"/sign-in/?next={URL}"
    assert client.post(URL)["Location"] == f"/sign-in/?next={URL}"


def test_page_needs_its_permission_and_saving_another(db: None, stored_key: str) -> None:
    user = User.objects.create_user("eve")
    client = Client()
    client.force_login(user)
    assert client.get(URL).status_code == 403

    user.user_permissions.add(Permission.objects.get(codename="view_storedkey"))
    page = client.get(URL)

    assert page.status_code == 200
    assert "Save Config" not in page.text
    assert "You may see these keys, but not change them." in page.text
    assert page.text.count(" disabled ") == 2
    assert client.post(URL, {"production_api_key": "another"}).status_code == 403
    assert client.get(f"{URL}remove/production/").status_code == 403
    assert client.post(f"{URL}remove/production/").status_code == 403
    assert stored_in(Environment.PRODUCTION) == stored_key


@pytest.mark.parametrize("verdict", [None, *STATUS])
def test_who_may_only_see_the_keys_is_asked_to_do_nothing_with_them(
    stored_key: str, verdict: Verdict | None
) -> None:
    if verdict:
        LastVerification.objects.create(
            environment="production",
            fingerprint=fingerprint(stored_key),
            verdict=verdict,
            verified_at=timezone.now(),
        )

    page = client_with("view_storedkey").get(URL).text

    assert not re.search("paste|[Ss]ave again|Leave the field", page)
    works = verdict in (None, Verdict.VALID)
    assert ("Ask an administrator who may change" in page) is not works


def test_form_sent_after_the_session_ended_says_that_it_was_in_vain(
    client: Client, stored_key: str
) -> None:
    page = client.post(URL, {"production_api_key": "another"}, follow=True)

    assert "You were signed out, so nothing was saved." in page.text
    assert page.redirect_chain == [(f"/sign-in/?next={URL}", 302)]
    assert stored_in(Environment.PRODUCTION) == stored_key


def test_form_of_another_site_is_refused(administrator: User, stored_key: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(administrator)

    answer = client.post(URL, {"production_api_key": "another"})
    removal = client.post(f"{URL}remove/production/", {"seen": fingerprint(stored_key)})

    assert (answer.status_code, removal.status_code) == (403, 403)
    assert "This form is out of date" in answer.text
    assert stored_in(Environment.PRODUCTION) == stored_key
