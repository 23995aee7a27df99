"""Keys that come from the server's environment: by a variable, or by a file that one names."""

from pathlib import Path

import pytest

from tests.admin_portal.booting import Environment, Site


def test_keys_come_from_variables_or_files(
    admin: Site, environment: Environment, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("a key\n")
    environment["PRODUCTION_API_KEY_FILE"] = str(tmp_path / "key")
    environment["SANDBOX_API_KEY"] = "another"

    found = admin.read("settings.LOCKED_API_KEYS", environment)

    assert found == str(
        {
            "production": ("PRODUCTION_API_KEY_FILE", "a key"),
            "sandbox": ("SANDBOX_API_KEY", "another"),
        }
    )


@pytest.mark.parametrize("file", ["no such file", "."])
def test_unreadable_key_file_stops_the_start(
    admin: Site, environment: Environment, file: str
) -> None:
    environment["PRODUCTION_API_KEY_FILE"] = file

    reason = admin.start(environment).reason

    assert "PRODUCTION_API_KEY_FILE names no text file" in reason


@pytest.mark.parametrize("file", [None, "  \n"])
def test_key_of_nothing_stops_the_start(
    admin: Site, environment: Environment, tmp_path: Path, file: str | None
) -> None:
    name = "PRODUCTION_API_KEY" if file is None else "PRODUCTION_API_KEY_FILE"
    (tmp_path / "key").write_text(file or "")
    environment[name] = "  " if file is None else str(tmp_path / "key")

    reason = admin.start(environment).reason

    assert f"{name} holds nothing but spaces" in reason


def test_key_that_is_no_text_stops_the_start_without_being_shown(
    admin: Site, environment: Environment
) -> None:
    environment["PRODUCTION_API_KEY"] = "abcdefgh\udcff"

    done = admin.start(environment)

    assert "PRODUCTION_API_KEY is no text" in done.reason
    assert "abcdefgh" not in done.error


def test_key_may_begin_with_any_character(admin: Site, environment: Environment) -> None:
    environment["PRODUCTION_API_KEY"] = "$HOME"

    found = admin.read("settings.LOCKED_API_KEYS", environment)

    assert found == str({"production": ("PRODUCTION_API_KEY", "$HOME")})


def test_key_set_twice_stops_the_start(
    admin: Site, environment: Environment, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("a key")
    environment["SANDBOX_API_KEY_FILE"] = str(tmp_path / "key")
    environment["SANDBOX_API_KEY"] = "another"

    reason = admin.start(environment).reason

    assert "SANDBOX_API_KEY and SANDBOX_API_KEY_FILE are both set" in reason
