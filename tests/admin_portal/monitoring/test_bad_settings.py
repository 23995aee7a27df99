"""Settings of monitoring that can't be meant: the check of the start names them."""

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from admin_portal.settings.reading import log_format


@pytest.mark.parametrize(
    ("named", "values"),
    [
        ("ADMIN_METRICS_PORT is no port", {"METRICS_PORT": 65536}),
        ("ADMIN_JOBS_METRICS_PORT is no port", {"JOBS_METRICS_PORT": -1}),
        ("have to differ", {"METRICS_PORT": 9100, "JOBS_METRICS_PORT": 9100}),
        ("METRICS_ADDRESS is no address", {"METRICS_ADDRESS": "everywhere"}),
    ],
)
def test_bad_value_is_found_by_its_name(named: str, values: dict[str, object]) -> None:
    with override_settings(**values):
        found = " ".join(check.msg for check in run_checks() if "E00" in str(check.id))

    assert named in found


def test_tracing_without_its_packages_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("admin_portal.checks.find_spec", lambda _name: None)

    with override_settings(TRACES_ENDPOINT="http://127.0.0.1:4318"):
        found = [check for check in run_checks() if check.id == "admin_portal.E010"]

    assert [check.hint for check in found] == ["Install what requirements-tracing.txt lists."]


def test_log_format_is_one_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_FORMAT", "xml")

    with pytest.raises(ImproperlyConfigured, match="LOG_FORMAT has to be line or json"):
        log_format()
