from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import HOW_TO_GET_IT, find_chromium, is_ready, is_required
from tests.end_to_end.processes import Sites, environment_for, running_sites

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[Sites]:
    """Both sites of a fresh installation."""
    with running_sites(tmp_path, environment_for(tmp_path)) as running:
        yield running


@pytest.fixture
def browser() -> Iterator[Browser]:
    if not is_ready():
        if is_required():
            pytest.fail(HOW_TO_GET_IT)
        pytest.skip(HOW_TO_GET_IT)
    # Not for the whole session: while it runs, Django takes this thread for an asynchronous one.
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield chromium
        chromium.close()
