"""How each site's production server runs. `docs/decisions.md` has the reasons."""

import gc
import re
from typing import Any

from admin_portal.embedded.access_log import AccessLogger

GATEWAY = re.compile("(/sandbox)?/gateway/")


worker_class = "admin_portal.embedded.worker.Worker"
workers = 1
threads = 8
keepalive = 75
graceful_timeout = 5
umask = 0o077
control_socket_disable = True
# Only X-Forwarded-Proto, and only from FORWARDED_ALLOW_IPS, says that a request came by https.
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}
forwarder_headers = ""
# Not "warning": that quotes malformed header lines, and a key could stand in one.
loglevel = "error"
logger_class = AccessLogger
accesslog = "-"


def pre_request(worker: Any, req: Any) -> None:
    """Promise not to read what a program sends to the key service beyond its headers.

    The service refuses a body. Without this, gunicorn would ask for it ("100 Continue"), and
    read it to its end to use the connection again.
    """
    if GATEWAY.match(req.path) and any(
        name == "TRANSFER-ENCODING" or (name == "CONTENT-LENGTH" and value != "0")
        for name, value in req.headers
    ):
        req.force_close()
        req._expected_100_continue = False


def post_worker_init(worker: Any) -> None:
    # What is loaded now stays for good; without this, each collection walks all of it again.
    gc.collect()
    gc.freeze()
