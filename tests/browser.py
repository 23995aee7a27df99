"""Find a Chromium for the browser tests; `python -m tests.browser` gets Debian's where it may."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET_IT = "No Chromium found: install one (on Debian: apt-get install chromium)."


def find_chromium() -> str | None:
    """Return the path of a Chromium. `CHROMIUM` names another than the system's own."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def is_required() -> bool:
    return os.environ.get("REQUIRE_BROWSER", "") not in ("", "0")


def install_chromium() -> None:
    """Install Debian's, quietly. Whether that worked, `find_chromium` tells."""
    sys.stdout.write("Installing Debian's chromium for the browser tests: this happens once.\n")
    sys.stdout.flush()
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run(
            ["apt-get", *arguments],  # noqa: S607
            env=environment,
            stdout=subprocess.DEVNULL,
            check=False,
        )


def main() -> None:
    if not find_chromium() and os.geteuid() == 0 and shutil.which("apt-get"):
        install_chromium()
    if not find_chromium():
        if is_required():
            sys.exit(HOW_TO_GET_IT)
        sys.stdout.write(f"{HOW_TO_GET_IT} Until then the browser tests are skipped.\n")


if __name__ == "__main__":
    main()
