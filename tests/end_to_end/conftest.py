from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import HOW_TO_GET_IT, find_chromium, is_ready, is_required
from tests.end_to_end.processes import (
    Sites,
    copy_installation,
    environment_for,
    running_sites,
    served_sites,
)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Sites:
    """An installation that was started for the first time, and stopped. Tests work on copies."""
    folder = tmp_path_factory.mktemp("prepared")
    with running_sites(folder, environment_for(folder)) as running:
        pass
    return running


@pytest.fixture
def sites(prepared: Sites, tmp_path: Path) -> Iterator[Sites]:
    """Both sites of a fresh installation, without the jobs."""
    with served_sites(tmp_path, copy_installation(prepared, tmp_path)) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Not for the whole session: while it runs, Django takes this thread for an asynchronous one.
    # The tests of a module that has a browser ask Django for nothing themselves.
    with running_chromium() as chromium:
        yield chromium


@contextmanager
def running_chromium(*flags: str) -> Iterator[Browser]:
    if not is_ready():
        if is_required():
            pytest.fail(HOW_TO_GET_IT)
        pytest.skip(HOW_TO_GET_IT)
    with sync_playwright() as playwright:
        path = find_chromium()
        chromium = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        yield chromium
        chromium.close()
