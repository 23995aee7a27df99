"""Packages of Debian that the tests need beside Python's."""

import os
import shutil
import subprocess
import sys


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str, needed_for: str) -> None:
    """Install packages, quietly. Whether that worked, the caller looks for itself."""
    sys.stdout.write(f"Installing Debian's {packages[0]} for {needed_for}: this happens once.\n")
    sys.stdout.flush()
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        subprocess.run(
            ["apt-get", *arguments],  # noqa: S607  (wherever the system has it)
            env=environment,
            stdout=subprocess.DEVNULL,
            check=False,
        )
