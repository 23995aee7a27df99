"""Get what `make bench` needs beside Python's packages: `python -m benchmarks.prepare`."""

import shutil
import sys

from tests import debian
from tests.browser import find_chromium
from tests.cluster import prepare


def main() -> None:
    prepare.main()
    if not shutil.which("wrk") and debian.may_install():
        debian.install("wrk", needed_for="the benchmarks")
    if not shutil.which("wrk"):
        sys.exit("No wrk: install it (Debian: apt-get install wrk).")
    if not find_chromium():
        sys.exit("No Chromium: install one (Debian: apt-get install chromium).")


if __name__ == "__main__":
    main()
