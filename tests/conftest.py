import json
import re
from collections.abc import Callable, Iterator, Mapping

import hypothesis
import pytest
import responses
from django.conf import settings as django_settings
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.test import Client, override_settings
from requests import PreparedRequest

from admin_portal.actors import NOBODY
from admin_portal.monitoring import request_ids
from admin_portal.settings import commerce_account
from api_keys.contract import (
    CHECK_PATH,
    KEY_HEADERS,
    STATUS,
    Answer,
    Environment,
    Verdict,
    answer_body,
    fingerprint,
    generate_key,
)
from api_keys.store_configuration import breaker, verification_log
from api_keys.store_configuration.connecting import MEANWHILE
from api_keys.store_configuration.storing import KeyChange, store_keys
from tests.settings import REPLACED, values_of
from tests.valkey import Valkey, running_valkey

# These machines are shared: how long one example takes says nothing.
hypothesis.settings.register_profile("shared machine", deadline=None)
hypothesis.settings.load_profile("shared machine")

HttpAnswer = tuple[int, dict[str, str], str]


@pytest.fixture(autouse=True)
def _nothing_left_in_memory() -> None:
    cache.clear()
    breaker.forget()
    verification_log.forget()
    request_ids.end()


@pytest.fixture
def in_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that serves pages, no visit writes the log; here, the test does."""
    monkeypatch.setattr(verification_log, "_has_thread", True)


def commerce_account_settings() -> override_settings:
    """Return the change from the Admin's settings to the other site's.

    Only what differs: Django forgets compiled templates and more for each setting that is set.
    """
    return override_settings(
        **{
            name: value
            for name, value in values_of(commerce_account).items()
            if name not in REPLACED and getattr(django_settings, name, None) != value
        }
    )


@pytest.fixture
def commerce_account_site() -> Iterator[None]:
    """Change over from the Admin's settings to the other site's."""
    with commerce_account_settings():
        yield


@pytest.fixture(scope="module")
def commerce_account_module() -> Iterator[None]:
    """Change over for all tests of a module: the templates are then compiled once for all."""
    with commerce_account_settings():
        yield


@pytest.fixture
def administrator(db: None) -> User:
    return User.objects.create_superuser("ada", password="ada's own password")


@pytest.fixture
def admin_client(administrator: User) -> Client:
    client = Client()
    client.force_login(administrator)
    return client


@pytest.fixture(scope="module")
def valkey() -> Iterator[Valkey]:
    with running_valkey() as server:
        yield server


class KeyService:
    """Stands in for the validation service at the network's edge. Built from the contract."""

    def __init__(self) -> None:
        self.keys_seen: list[str] = []
        self.urls_seen: list[str] = []
        self.headers_seen: list[Mapping[str, str]] = []
        self._queue: list[Callable[[str], HttpAnswer]] = []

    def answers(self, *answers: Verdict | Answer | Exception | HttpAnswer) -> None:
        """Queue what the next calls get. The last answer is given again for ever."""
        self._queue = [self._answering(answer) for answer in answers]

    def __call__(self, request: PreparedRequest) -> HttpAnswer:
        keys = {request.headers[name] for name in KEY_HEADERS if name in request.headers}
        assert len(keys) == 1, "one key, in a header"
        (key,) = keys
        assert request.url is not None
        assert str(key) not in request.url
        self.keys_seen.append(str(key))
        self.urls_seen.append(request.url)
        self.headers_seen.append(request.headers)
        if work := MEANWHILE.get():
            work()  # as a connection has it done, once it has sent a request
        answer = self._queue[0] if len(self._queue) == 1 else self._queue.pop(0)
        return answer(str(key))

    def _answering(
        self, answer: Verdict | Answer | Exception | HttpAnswer
    ) -> Callable[[str], HttpAnswer]:
        def respond(key: str) -> HttpAnswer:
            if isinstance(answer, Exception):
                raise answer
            if isinstance(answer, tuple):
                return answer
            said = answer if isinstance(answer, Answer) else Answer(answer)
            complete = Answer(said.verdict, said.environment, fingerprint(key), said.expires_at)
            return (
                STATUS[said.verdict],
                {"Content-Type": "application/json"},
                json.dumps(answer_body(complete)),
            )

        return respond


@pytest.fixture
def key_service() -> Iterator[KeyService]:
    service = KeyService()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for url in django_settings.KEY_VALIDATION_URLS.values():
            mock.add_callback(responses.GET, url + CHECK_PATH, callback=service)
        yield service


@pytest.fixture
def stored_key(db: None) -> str:
    """A production key that the store holds."""
    key = generate_key(Environment.PRODUCTION)
    store_keys({Environment.PRODUCTION: KeyChange(key, seen="")}, by=NOBODY)
    return key


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: at the end, no worker waits for the other's last long test."""
    items.sort(key=lambda item: "end_to_end" not in item.path.parts)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Add what the fault injection found to the run's last lines."""
    faults = sorted(
        value
        for test in terminalreporter.getreports("passed")
        for name, value in test.user_properties
        if name == "fault"
    )
    if faults:
        terminalreporter.section("visits with each fault of the key service")
    for fault, visits, wrongly, slowest in faults:
        counted = ", ".join(f"{number} wrongly {place}" for place, number in wrongly.items())
        terminalreporter.line(f"{fault:<32} {visits} visits, {counted}, slowest {slowest} ms")


@pytest.fixture
def sandbox_key(db: None) -> str:
    key = generate_key(Environment.SANDBOX)
    store_keys({Environment.SANDBOX: KeyChange(key, seen="")}, by=NOBODY)
    return key


def client_with(*codenames: str) -> Client:
    """Return the browser of somebody with these permissions and no others."""
    user = User.objects.create_user(" ".join(("eve", *codenames)), password="eve's own password")
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


def without_tokens(page: str) -> str:
    """Return a page without what is another each time: tokens, signatures, seconds left."""
    changing = r'(value="[^"]{30,}"|data-(idle|longest)="[^"]*")'
    return re.sub(changing, "", page)
