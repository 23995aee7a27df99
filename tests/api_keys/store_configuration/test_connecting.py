"""Where the client's connections go, whatever host names say."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from pytest_django import Settings

from api_keys.contract import Answer, Cause, Verdict
from tests.api_keys.store_configuration.asking import UNAVAILABLE, ask
from tests.api_keys.store_configuration.certificates import self_signed
from tests.api_keys.store_configuration.faulty_service import (
    FaultyService,
    answering,
)
from tests.api_keys.store_configuration.names import Names

pytestmark = pytest.mark.usefixtures("_short_limits")

NAME = "keys.example"
FORBIDDEN = Answer(UNAVAILABLE, cause=Cause.FORBIDDEN_ADDRESS, detail="a forbidden address")
TOO_SLOW_TO_CONNECT = Answer(UNAVAILABLE, cause=Cause.TIME_OUT, detail="time-out while connecting")
OK = answering("200 OK")


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "10.1.2.3", "127.0.0.1", "::1", "::ffff:127.0.0.1", "fd00:ec2::254"],
)
def test_name_that_leads_to_a_forbidden_address_is_not_called(
    settings: Settings, names: Names, address: str
) -> None:
    names.lead(NAME, [address])

    with FaultyService(OK) as service:
        answer = ask(settings, f"http://{NAME}:{service.port}")

    assert answer == FORBIDDEN
    assert service.requests == []


def test_name_of_this_machine_that_leads_elsewhere_is_not_called(
    settings: Settings, names: Names
) -> None:
    names.lead("localhost", ["10.1.2.3"])
    settings.KEY_VALIDATION_ALLOWED_NETWORKS = [ip_network("10.0.0.0/8")]

    assert ask(settings, "http://localhost:8001") == FORBIDDEN


@pytest.mark.parametrize("host", ["10.1.2.3", "[::ffff:127.0.0.1]", "127.1", "2130706433"])
def test_forbidden_address_in_the_url_is_not_called(settings: Settings, host: str) -> None:
    with FaultyService(OK) as service:
        answer = ask(settings, f"http://{host}:{service.port}")

    assert answer == FORBIDDEN
    assert service.requests == []


@pytest.mark.usefixtures("_loopback_allowed")
def test_what_was_checked_is_what_is_called_though_the_name_changes_in_between(
    settings: Settings, names: Names
) -> None:
    names.lead(NAME, ["127.0.0.1"], ["169.254.169.254"])

    with FaultyService(OK) as service:
        answer = ask(settings, f"http://{NAME}:{service.port}")

    assert answer == Answer(Verdict.VALID)
    assert names.looked_up == [NAME]
    assert f"\r\nHost: {NAME}:{service.port}\r\n".encode() in service.requests[0]


@pytest.mark.usefixtures("_loopback_allowed")
def test_of_several_addresses_only_the_allowed_are_called(settings: Settings, names: Names) -> None:
    names.lead(NAME, ["169.254.169.254", "10.1.2.3", "127.0.0.1", "fe80::1"])

    with FaultyService(OK) as service:
        answer = ask(settings, f"http://{NAME}:{service.port}")

    assert answer == Answer(Verdict.VALID)


@pytest.mark.usefixtures("_loopback_allowed")
def test_certificate_has_to_be_the_name_s(settings: Settings, names: Names, tmp_path: Path) -> None:
    tls, certificate = self_signed(tmp_path, NAME)
    asked_for: list[str | None] = []
    tls.sni_callback = lambda _socket, name, _context: asked_for.append(name)
    settings.KEY_VALIDATION_CA_BUNDLE = str(certificate)
    names.lead(NAME, ["127.0.0.1"])
    names.lead("other.example", ["127.0.0.1"])

    with FaultyService(OK, tls=tls) as service:
        good = ask(settings, f"https://{NAME}:{service.port}")
        bad = ask(settings, f"https://other.example:{service.port}")

    assert good == Answer(Verdict.VALID)
    assert bad == Answer(UNAVAILABLE, cause=Cause.TLS, detail="bad certificate or TLS")
    assert asked_for == [NAME, "other.example"]


def test_service_may_have_an_ipv6_address(settings: Settings) -> None:
    with FaultyService(OK, address=("::1", 0)) as service:
        answer = ask(settings, f"http://[::1]:{service.port}")

    assert answer == Answer(Verdict.VALID)


def test_redirect_to_a_forbidden_address_is_not_even_looked_up(
    settings: Settings, names: Names
) -> None:
    names.lead("metadata.example", ["169.254.169.254"])
    away = answering("302 Found", "Location: http://metadata.example/latest\r\n")

    with FaultyService(away) as service:
        answer = ask(settings, service.url)

    assert answer == Answer(UNAVAILABLE, cause=Cause.NOT_THE_PROTOCOL, detail="status 302")
    assert names.looked_up == ["127.0.0.1"]


@pytest.mark.usefixtures("_http_proxy")
def test_proxy_may_be_anywhere_and_is_not_asked_for_a_forbidden_address(
    settings: Settings, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    names.lead("proxy.example", ["127.0.0.1"])

    with FaultyService(OK) as proxy:
        monkeypatch.setenv("http_proxy", f"http://proxy.example:{proxy.port}")
        answers = [ask(settings, url) for url in (f"http://{NAME}", "http://10.1.2.3")]

    assert answers == [Answer(Verdict.VALID), FORBIDDEN]
    assert len(proxy.requests) == 1
    assert NAME not in names.looked_up


@pytest.mark.usefixtures("_loopback_allowed")
def test_name_is_looked_up_anew_once_an_answer_came(settings: Settings, names: Names) -> None:
    names.lead(NAME, ["10.1.2.3"], ["127.0.0.1"])

    with FaultyService(OK) as service:
        answers = [ask(settings, f"http://{NAME}:{service.port}") for _visit in range(2)]

    assert answers == [FORBIDDEN, Answer(Verdict.VALID)]


@pytest.mark.parametrize("name", ["a..b.example", f"{'a' * 64}.example"])
def test_what_is_no_name_is_unknown(settings: Settings, name: str) -> None:
    answer = ask(settings, f"https://{name}")

    assert answer == Answer(UNAVAILABLE, cause=Cause.NO_CONNECTION, detail="unknown host name")
