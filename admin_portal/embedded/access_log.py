"""gunicorn's log of requests, and of its own errors, in the format of all other logs."""

import logging
from typing import Any

from gunicorn.config import Config
from gunicorn.glogging import Logger

from admin_portal.logs import JsonFormatter, path_without_tokens
from admin_portal.monitoring import request_ids
from admin_portal.monitoring.probes import PROBES
from admin_portal.settings.reading import log_format

# The path without its query: somebody will put a key there one day.
_LINE = '%(address)s "%(method)s %(path)s" %(status)s %(bytes)s %(milliseconds)sms %(request_id)s'
_IN_SHORT = "%(method)s %(path)s %(status)s"

# No log of ours tells these, and finding them out costs more than writing a line ("Optimization"
# in Python's Logging HOWTO).
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
logging._srcfile = None


class AccessLogger(Logger):
    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        self.message = _LINE
        if log_format() == "json":
            self.message = _IN_SHORT
            for handler in (*self.error_log.handlers, *self.access_log.handlers):
                handler.setFormatter(JsonFormatter())

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Tell of a request. gunicorn's own way first puts together all that it could tell."""
        # Without a path when gunicorn itself refused the request.
        path = environ.get("PATH_INFO", "")
        status = resp.status.partition(" ")[0]
        if not self.access_log_enabled or (path in PROBES and status == "200"):
            return  # of probes, each balancer sends one every few seconds
        fields = {
            "address": environ.get("REMOTE_ADDR", "-"),
            "method": environ.get("REQUEST_METHOD", "-"),
            "path": path_without_tokens(path.encode("latin-1")),
            "status": int(status),
            "bytes": resp.sent,
            "milliseconds": int(1000 * request_time.total_seconds()),
            "request_id": environ.get(request_ids.ENVIRON, "-"),
        }
        self.access_log.info(self.message, fields, extra={"fields": fields})
