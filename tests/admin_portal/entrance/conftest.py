from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from tests.admin_portal.entrance.people import client_at


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-03-01 08:00", tick=False) as clock:
        yield clock


@pytest.fixture
def stranger() -> Client:
    return client_at("203.0.113.7")
