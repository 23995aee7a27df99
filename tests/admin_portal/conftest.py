import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from admin_portal.embedded.secrets_file import write_secrets
from tests.admin_portal.booting import ACCOUNT, ADMIN, SITES, Environment, Site


def fresh_installation(folder: Path) -> Environment:
    """Return the environment of an installation with random secrets and nothing else set."""
    write_secrets(folder / ".env")
    (folder / "static").mkdir()
    return {"PATH": os.environ["PATH"], "ENV_FILE": str(folder / ".env"), "VAR_DIR": str(folder)}


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return fresh_installation(tmp_path)


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Site]]:
    environment = fresh_installation(tmp_path_factory.mktemp("booted"))
    booted = {settings: Site(settings, environment) for settings in SITES}
    yield booted
    for site in booted.values():
        site.stop()


@pytest.fixture
def admin(sites: dict[str, Site]) -> Site:
    return sites[ADMIN]


@pytest.fixture
def account(sites: dict[str, Site]) -> Site:
    return sites[ACCOUNT]
