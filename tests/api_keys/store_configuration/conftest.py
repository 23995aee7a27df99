from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from pytest_django import Settings

from api_keys.store_configuration import client
from tests.api_keys.store_configuration.asking import LIMIT

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands at NOW until it is moved."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def _short_limits(settings: Settings) -> Iterator[None]:
    settings.KEY_VALIDATION_CONNECT_TIMEOUT = LIMIT
    settings.KEY_VALIDATION_TIMEOUT = LIMIT
    yield
    client._proxies.cache_clear()
