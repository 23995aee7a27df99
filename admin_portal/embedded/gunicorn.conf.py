"""How each site's production server runs. `docs/decisions.md` has the reasons."""

import gc
import re
from typing import Any

from gunicorn.glogging import Logger

from admin_portal.logs import path_without_tokens
from api_keys.contract import read_request_id

GATEWAY = re.compile("(/sandbox)?/gateway/")


class AccessLogger(Logger):
    def atoms(self, resp: Any, req: Any, request: Any, request_time: Any) -> Any:
        atoms = super().atoms(resp, req, request, request_time)
        # Without a path when gunicorn itself refused the request.
        atoms["U"] = path_without_tokens(request.get("PATH_INFO", "").encode("latin-1"))
        request_id = read_request_id(request.get("HTTP_X_REQUEST_ID", "")) or "-"
        return {**atoms, "request_id": request_id}


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
# The path without its query: somebody will put a key there one day.
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(b)s %(M)sms %(request_id)s'


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
