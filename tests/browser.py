"""Find a Chromium for the browser tests; `python -m tests.browser` gets Debian's where it may."""

import functools
import os
import shutil
import subprocess
import sys

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
    """Install Debian's, quietly. Whether that worked, `is_ready` tells."""
    sys.stdout.write("Installing Debian's chromium for the browser tests: this happens once.\n")
    sys.stdout.flush()
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
        subprocess.run(
            ["apt-get", *arguments],  # noqa: S607  (wherever the system has it)
            env=environment,
            stdout=subprocess.DEVNULL,
            check=False,
        )
    has_driver.cache_clear()


def main() -> None:
    if not is_ready() and os.geteuid() == 0 and shutil.which("apt-get"):
        install_chromium()
    if is_ready():
        return
    if is_required():
        sys.exit(HOW_TO_GET_IT)
    sys.stdout.write(f"{HOW_TO_GET_IT} Until then the browser tests are skipped.\n")


if __name__ == "__main__":
    main()
