"""Serve both sites as `make run` does, but on what it has prepared before, and without the jobs."""

import os
import signal
from contextlib import ExitStack

from admin_portal.embedded.run import ROOT, SITES, say, start, stop, wait_until_it_answers
from tests.end_to_end.processes import STARTED


def main() -> None:
    signal.signal(signal.SIGTERM, stop)
    os.chdir(ROOT)
    os.umask(0o077)
    with ExitStack() as started:
        servers = [start(site.serve(), started) for site in SITES]
        for site, server in zip(SITES, servers, strict=True):
            wait_until_it_answers(site, server)
        say(STARTED.decode())
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)


if __name__ == "__main__":
    main()
