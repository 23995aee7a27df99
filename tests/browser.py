"""Find a Chromium for the browser tests; `python -m tests.browser` gets Debian's where it may."""

import functools
import os
import shutil
import subprocess
import sys

from tests import debian

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Playwright's driver brings a node of its own, and that needs a library which Debian's base lacks.
PACKAGES = ("chromium", "libatomic1")
HOW_TO_GET_IT = (
    f"No Chromium that works: install one (Debian: apt-get install {' '.join(PACKAGES)})."
)


def find_chromium() -> str | None:
    """Return the path of a Chromium. `CHROMIUM` names another than the system's own."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@functools.cache
def has_driver() -> bool:
    """Tell whether Playwright's driver, which stands between us and Chromium, starts at all."""
    command = [sys.executable, "-m", "playwright", "--version"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def is_ready() -> bool:
    return find_chromium() is not None and has_driver()


def is_required() -> bool:
    return os.environ.get("REQUIRE_BROWSER", "") not in ("", "0")


def install_chromium() -> None:
    """Install Debian's. Whether that worked, `is_ready` tells."""
    debian.install(*PACKAGES, needed_for="the browser tests")
    has_driver.cache_clear()


def main() -> None:
    if not is_ready() and debian.may_install():
        install_chromium()
    if is_ready():
        return
    if is_required():
        sys.exit(HOW_TO_GET_IT)
    sys.stdout.write(f"{HOW_TO_GET_IT} Until then the browser tests are skipped.\n")


if __name__ == "__main__":
    main()
