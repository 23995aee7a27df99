"""What the tests themselves stand on: no network but loopback, the database, and a browser."""

import os
import socket

import pytest
from django.db import connection

from tests import browser


def test_nothing_beyond_loopback_can_be_reached() -> None:
    with socket.socket() as outside, pytest.raises(UserWarning, match=r"192\.0\.2\.1"):
        outside.connect(("192.0.2.1", 80))


@pytest.mark.postgresql
def test_database_is_the_one_that_was_asked_for() -> None:
    expected = "postgresql" if os.environ.get("TEST_DATABASE_URL") else "sqlite"

    assert connection.vendor == expected


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """A machine without a Chromium. Installing one is written down here, and does not help."""
    done: list[bool] = []
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.delenv("REQUIRE_BROWSER", raising=False)
    monkeypatch.setattr(browser, "NAMES", ("no-such-browser",))
    monkeypatch.setattr(browser, "install_chromium", lambda: done.append(True))
    monkeypatch.setattr("tests.debian.shutil.which", {"apt-get": "/usr/bin/apt-get"}.get)
    return done


@pytest.mark.parametrize(("user", "installs"), [(0, [True]), (1000, [])])
def test_missing_browser_is_installed_for_root_alone(
    installed: list[bool], monkeypatch: pytest.MonkeyPatch, user: int, installs: list[bool]
) -> None:
    monkeypatch.setattr("tests.debian.os.geteuid", lambda: user)

    browser.main()

    assert installed == installs


def test_missing_browser_says_in_one_line_how_to_get_it(
    installed: list[bool], capsys: pytest.CaptureFixture[str]
) -> None:
    browser.main()

    assert capsys.readouterr().out == (
        "No Chromium that works: install one (Debian: apt-get install chromium libatomic1)."
        " Until then the browser tests are skipped.\n"
    )


def test_missing_browser_fails_where_it_is_required(
    installed: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUIRE_BROWSER", "1")

    with pytest.raises(SystemExit, match="No Chromium that works"):
        browser.main()
