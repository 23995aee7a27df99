"""Ask the client about one key, as all of its tests do."""

from pytest_django import Settings

from api_keys.contract import Answer, Environment, Verdict, generate_key
from api_keys.store_configuration.client import check_key

KEY = generate_key(Environment.PRODUCTION)
UNAVAILABLE = Verdict.UNAVAILABLE
LIMIT = 1.0
"""Seconds that a call may take in these tests."""


def ask(settings: Settings, url: str, key: str = KEY) -> Answer:
    settings.KEY_VALIDATION_URLS = {Environment.PRODUCTION: url}
    return check_key(key, environment=Environment.PRODUCTION, request_id="a" * 32)
