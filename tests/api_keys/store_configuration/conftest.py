from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest
import time_machine
from pytest_django import Settings

from api_keys.store_configuration import client
from tests.api_keys.store_configuration.asking import LIMIT
from tests.api_keys.store_configuration.names import Names

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


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    return Names(monkeypatch)


@pytest.fixture
def _loopback_allowed(settings: Settings) -> None:
    """So that a service on this machine can stand for one that is called by its name."""
    settings.KEY_VALIDATION_ALLOWED_NETWORKS = [ip_network("127.0.0.1"), ip_network("::1")]


@pytest.fixture
def _http_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
