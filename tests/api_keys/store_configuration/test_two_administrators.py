"""The Api Keys page, open in two places at once: the later one is told what changed under it."""

from django.contrib.auth.models import User
from django.test import Client

from admin_portal.actors import NOBODY, Actor
from api_keys.contract import Environment, Verdict, fingerprint, generate_key
from api_keys.store_configuration.storing import KeyChange, store_keys
from tests.api_keys.store_configuration.test_api_keys import SAVED, save, stored_in
from tests.conftest import KeyService


def test_later_of_two_administrators_is_told_and_overwrites_nothing(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    seen = fingerprint(stored_key)
    bob = User.objects.create_user("bob")
    bobs = generate_key(Environment.PRODUCTION)
    store_keys({Environment.PRODUCTION: KeyChange(bobs, seen)}, by=Actor(bob))

    page = save(admin_client, generate_key(Environment.PRODUCTION), production_seen=seen)

    assert "bob stored another Production Api Key on" in page
    assert fingerprint(bobs) in page
    assert stored_in(Environment.PRODUCTION) == bobs


def test_told_once_the_later_administrator_may_replace_the_key_knowingly(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID)
    mine = generate_key(Environment.PRODUCTION)
    told = save(admin_client, mine, production_seen="0000-0000-0000")

    assert f'name="production_seen" value="{fingerprint(stored_key)}"' in told
    page = save(admin_client, mine, production_seen=fingerprint(stored_key))

    assert SAVED in page
    assert stored_in(Environment.PRODUCTION) == mine


def test_change_in_a_field_left_alone_is_told_too(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    key_service.answers(Verdict.VALID)

    page = save(
        admin_client, sandbox=generate_key(Environment.SANDBOX), production_seen="0000-0000-0000"
    )

    assert SAVED in page
    assert "stored another Production Api Key" in page


def test_change_meanwhile_is_told_when_something_else_is_refused_too(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    mine = generate_key(Environment.PRODUCTION)

    refused = save(admin_client, mine[:-2], production_seen="0000-0000-0000")

    assert "looks cut off" in refused
    assert "stored another Production Api Key" in refused
    assert f'name="production_seen" value="{fingerprint(stored_key)}"' in refused


def test_every_change_meanwhile_is_told_and_none_is_overwritten(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    sandbox = generate_key(Environment.SANDBOX)
    store_keys({Environment.SANDBOX: KeyChange(sandbox, seen="")}, by=NOBODY)

    page = save(
        admin_client,
        generate_key(Environment.PRODUCTION),
        production_seen="0000-0000-0000",
        sandbox_seen="",
    )

    assert "stored another Production Api Key" in page
    assert "stored another Sandbox Api Key" in page
    assert stored_in(Environment.PRODUCTION) == stored_key
    assert stored_in(Environment.SANDBOX) == sandbox


def test_conflict_in_one_field_keeps_the_other_from_being_stored(
    admin_client: Client, stored_key: str, key_service: KeyService
) -> None:
    page = save(
        admin_client,
        generate_key(Environment.PRODUCTION),
        generate_key(Environment.SANDBOX),
        production_seen="0000-0000-0000",
    )

    assert "Nothing was saved." in page
    assert stored_in(Environment.PRODUCTION) == stored_key
    assert stored_in(Environment.SANDBOX) == ""


def test_removal_meanwhile_is_told(admin_client: Client, key_service: KeyService) -> None:
    page = save(
        admin_client, generate_key(Environment.PRODUCTION), production_seen="0000-0000-0000"
    )

    assert "Somebody removed the Production Api Key" in page
    assert stored_in(Environment.PRODUCTION) == ""
