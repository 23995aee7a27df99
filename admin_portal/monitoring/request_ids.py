"""One id for each request: in its answer, in every line of the log, and in the call to the service.

The Admin gives each request an id of its own, and sends it with the verification; the Commerce
account takes it over. So both sites' lines about one visit are found by one id.
"""

from collections.abc import MutableMapping
from contextvars import ContextVar
from random import getrandbits
from typing import Any

from django.conf import settings

from api_keys.contract import read_request_id

ENVIRON = "commerce.request_id"
"""Where a request's id stands for the access log. Not a header: those are counted and believed."""

_current: ContextVar[str] = ContextVar("request_id", default="")


def _new() -> str:
    # Nobody gains by guessing one, and the kernel's random numbers cost more than all else here.
    return f"{getrandbits(128):032x}"


def current() -> str:
    """Return the id of the request or job that this thread is busy with; empty: neither."""
    return _current.get()


def current_or_new() -> str:
    return _current.get() or _new()


def begin(environ: MutableMapping[str, Any]) -> str:
    """Give a request its id and return it."""
    sent = environ.get("HTTP_X_REQUEST_ID", "") if settings.TAKES_OVER_REQUEST_IDS else ""
    environ[ENVIRON] = request_id = read_request_id(sent) or _new()
    _current.set(request_id)
    return request_id


def begin_job() -> None:
    _current.set(_new())


def end() -> None:
    _current.set("")
