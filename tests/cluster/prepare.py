"""Get what the cluster needs beside Python's packages: `python -m tests.cluster.prepare`."""

import sys

from tests import browser, debian
from tests.cluster.cluster import has_nginx

HOW_TO_GET_IT = "No nginx: install one (Debian: apt-get install nginx-light)."


def main() -> None:
    if not has_nginx() and debian.may_install():
        debian.install("nginx-light", needed_for="the cluster's tests")
    if not has_nginx():
        sys.exit(HOW_TO_GET_IT)
    browser.main()


if __name__ == "__main__":
    main()
