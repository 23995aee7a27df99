"""How each site's production server runs. `docs/decisions.md` has the reasons."""

import gc
from typing import Any

worker_class = "gthread"
workers = 1
threads = 8
keepalive = 75
graceful_timeout = 5
control_socket_disable = True
loglevel = "warning"
accesslog = "-"
# The path without its query: somebody will put a key there one day.
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(b)s %(M)sms'


def post_worker_init(worker: Any) -> None:
    # What is loaded now stays for good; without this, each collection walks all of it again.
    gc.collect()
    gc.freeze()
