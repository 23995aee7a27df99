from collections.abc import Iterator

import pytest
from pytest_django import Settings

from api_keys.store_configuration import client
from tests.api_keys.store_configuration.asking import LIMIT


@pytest.fixture
def _short_limits(settings: Settings) -> Iterator[None]:
    settings.KEY_VALIDATION_CONNECT_TIMEOUT = LIMIT
    settings.KEY_VALIDATION_TIMEOUT = LIMIT
    yield
    client._proxies.cache_clear()
