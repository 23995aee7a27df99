"""Whether a process is alive, and whether it can serve: what load balancers ask."""

import logging
from collections.abc import Callable
from uuid import uuid4

from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from admin_portal.monitoring.bounded import Bounded, Run
from admin_portal.monitoring.probes import ALIVE, PROBES
from admin_portal.shared_cache import outage

logger = logging.getLogger(__name__)

LONGEST_WAIT = 2.0
"""Seconds in all that `/readyz` takes to answer."""

_GOOD_FOR = 1.0
"""Seconds for which an answer is given again, so that no stranger keeps the database busy."""


class ProbesMiddleware:
    """Answer probes before anything else looks at them.

    They come by address and in clear, without a session, and say nothing that anybody may not know.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info not in PROBES:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = _alive() if request.path_info == ALIVE else _ready()
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Length"] = str(len(response.content))
        if request.method == "HEAD":
            response.content = b""
        return response


def forget() -> None:
    """Ask everything anew, whether the migrations are applied, too."""
    global _migrations_are_applied
    _migrations_are_applied = False
    _database.forget()
    _cache.forget()


def _alive() -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain")


def _ready() -> HttpResponse:
    database, cached = _database.begin(), _cache.begin()
    is_migrated = _outcome("database", database)
    has_cache = _outcome("cache", cached)
    # Without the cache, pages are slower and limits are looser. It is the same for all nodes: were
    # they not ready, there would be no site at all.
    status = ("ready" if has_cache else "degraded") if is_migrated else "not ready"
    parts = {
        "database": is_migrated is not None,
        "migrations": is_migrated,
        "cache": has_cache,
    }
    told = {name: "ok" if is_good else "failed" for name, is_good in parts.items()}
    return JsonResponse({"status": status, **told}, status=200 if is_migrated else 503)


def _outcome(part: str, run: Run[bool]) -> bool | None:
    """Return what a run found; None if it failed or takes too long."""
    try:
        return run.outcome()
    except Exception as error:
        # By its kind alone: its text may hold a password.
        logger.warning("Not ready: the %s failed (%s).", part, type(error).__name__)
        return None


_migrations_are_applied = False
"""Once true, it stays so, and no probe looks again."""


def _ask_database() -> bool:
    """Tell whether all migrations are applied that this code knows.

    The database may have newer ones: nodes are upgraded one after the other.
    """
    global _migrations_are_applied
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if not _migrations_are_applied:
        executor = MigrationExecutor(connection)
        targets = executor.loader.graph.leaf_nodes()
        _migrations_are_applied = not executor.migration_plan(targets)
    return _migrations_are_applied


def _ask_cache() -> bool:
    # A name of its own: another node may ask at the same time.
    name = f"ready-{uuid4().hex}"
    cache.set(name, name, timeout=10)
    # While the server is away, the process's own memory answers.
    return bool(cache.get(name) == name) and not outage.is_on


_database = Bounded(_ask_database, longest_wait=LONGEST_WAIT, good_for=_GOOD_FOR)
_cache = Bounded(_ask_cache, longest_wait=LONGEST_WAIT, good_for=_GOOD_FOR)
