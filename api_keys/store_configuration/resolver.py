"""Look up host names in time, however long the system's resolver takes."""

import socket
import threading
from concurrent.futures import Future
from typing import Any

from urllib3.util.connection import allowed_gai_family

from api_keys.store_configuration.addresses import literal

Endpoint = tuple[int, tuple[Any, ...]]
"""An address family, and what `socket.connect` takes for it."""

_LOCK = threading.Lock()
_UNDER_WAY: dict[tuple[str, int], Future[list[Endpoint]]] = {}


def look_up(host: str, port: int, seconds: float) -> list[Endpoint]:
    """Return the host's endpoints, the system's favourite first.

    Raises TimeoutError when they are not known in time, `socket.gaierror` when there are none, and
    another OSError when this machine is at its limits.

    The system's resolver can't be interrupted. It works in a thread of its own, which those who
    ask for the same name meanwhile share: while it hangs, they don't pile up.
    """
    host = host.strip("[]")
    if literal(host) is not None:
        return _ask_the_system(host, port)
    with _LOCK:
        answer = _UNDER_WAY.get((host, port))
        if answer is None:
            answer = Future()
            _start(answer, host, port)
            _UNDER_WAY[host, port] = answer
    return answer.result(timeout=seconds)


def _start(answer: Future[list[Endpoint]], host: str, port: int) -> None:
    thread = threading.Thread(
        target=_answer, args=(answer, host, port), name="look-up", daemon=True
    )
    try:
        thread.start()
    except RuntimeError as error:  # the machine has no more of them
        raise OSError("no thread to look a name up in") from error


def _answer(answer: Future[list[Endpoint]], host: str, port: int) -> None:
    try:
        endpoints = _ask_the_system(host, port)
    except Exception as error:
        _forget(host, port)
        answer.set_exception(error)
    else:
        _forget(host, port)
        answer.set_result(endpoints)


def _forget(host: str, port: int) -> None:
    with _LOCK:
        del _UNDER_WAY[host, port]


def _ask_the_system(host: str, port: int) -> list[Endpoint]:
    try:
        found = socket.getaddrinfo(host, port, allowed_gai_family(), socket.SOCK_STREAM)
    except UnicodeError as error:  # a label that is empty or too long
        raise socket.gaierror(socket.EAI_NONAME, "not a host name") from error
    return [(family, address) for family, _type, _protocol, _name, address in found]
