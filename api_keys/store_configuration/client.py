"""The outbound call to the key-validation service."""

import functools
import ssl
import time
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass

import requests
from django.conf import settings
from requests.utils import get_environ_proxies, select_proxy
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    SSLError,
)

from admin_portal.monitoring import tracing
from api_keys.contract import (
    CHECK_PATH,
    KEY_HEADERS,
    REQUEST_ID_HEADER,
    Answer,
    Cause,
    Environment,
    Verdict,
    fingerprint,
    read_answer,
)
from api_keys.store_configuration import metrics
from api_keys.store_configuration.addresses import (
    ForbiddenAddressError,
    is_forbidden_literal,
    is_loopback,
)
from api_keys.store_configuration.connecting import MEANWHILE, TRACE, Deadline, Trace
from api_keys.store_configuration.transport import DeadlineAdapter

MAX_BODY = 64 * 1024
_HEADERS = {
    "User-Agent": "commerce-admin",
    "Accept": "application/json, application/problem+json",
    "Accept-Encoding": "identity",
}
_ADAPTER = DeadlineAdapter(pool_maxsize=32)
"""The process's one way out. Its connections are kept alive and shared by all threads.

Requests go to it directly. A session would read a redirect's body, keep cookies, and put together
anew for each call what is the same for all of them.
"""
_CAUSES: tuple[tuple[type[BaseException], Cause, str], ...] = (
    # The first that is found counts: the libraries wrap one in the other.
    (ForbiddenAddressError, Cause.FORBIDDEN_ADDRESS, "a forbidden address"),
    (NameResolutionError, Cause.NO_CONNECTION, "unknown host name"),
    (ssl.SSLError, Cause.TLS, "bad certificate or TLS"),
    (SSLError, Cause.TLS, "bad certificate or TLS"),
    (ConnectionRefusedError, Cause.REFUSED, "connection refused"),
    (NewConnectionError, Cause.NO_CONNECTION, "no connection"),
    (ConnectTimeoutError, Cause.TIME_OUT, "time-out while connecting"),
    (requests.Timeout, Cause.TIME_OUT, "time-out"),
    (TimeoutError, Cause.TIME_OUT, "time-out"),
    (ConnectionError, Cause.NO_CONNECTION, "connection broken"),
    (ProtocolError, Cause.NO_CONNECTION, "connection broken"),
)
_FAILURES = (requests.RequestException, HTTPError, OSError, ValueError)


def check_key(
    key: str,
    *,
    environment: Environment,
    request_id: str,
    meanwhile: Callable[[], None] | None = None,
) -> Answer:
    """Ask the validation service about `key`. Nothing the service does makes this raise.

    `request_id` goes along, so that the service's log and ours can be laid side by side.
    `meanwhile` is called while the service prepares its answer; it must not raise, and may be
    called again where the connection breaks. It is not, where nothing can be sent.

    An answer we can't read is UNAVAILABLE, not INVALID: if our own dependency is broken,
    telling merchants to replace a good key sends them to the wrong repair.
    """
    began = time.monotonic()
    awaiting = MEANWHILE.set(meanwhile)
    try:
        with tracing.call_span("check_key", {"commerce.environment": environment.value}) as span:
            answer = _check(key, environment, request_id, began + settings.KEY_VALIDATION_TIMEOUT)
            has_failed = answer.verdict is Verdict.UNAVAILABLE
            span.tell({"commerce.verdict": answer.verdict.value}, has_failed=has_failed)
    finally:
        MEANWHILE.reset(awaiting)
    metrics.observe_call(environment, time.monotonic() - began)
    return answer


@dataclass(frozen=True)
class Trial:
    """How far a call without a key came. `began` and `ended` are of `time.monotonic()`.

    `status` is 0 without an answer, `date` what the answer has as its date. `certificate_error`
    is OpenSSL's number of what is wrong with the certificate; 0: nothing.
    """

    trace: Trace
    answer: Answer
    began: float
    ended: float
    status: int = 0
    date: str = ""
    certificate_error: int = 0


def try_connection(environment: Environment, *, request_id: str) -> Trial:
    """Call the service without a key, on a new connection, as a check would. Never raises."""
    trace, began = Trace(), time.monotonic()
    noting = TRACE.set(trace)
    adapter = DeadlineAdapter()
    deadline = began + settings.KEY_VALIDATION_TIMEOUT
    try:
        with _get(adapter, environment, {REQUEST_ID_HEADER: request_id}, deadline) as response:
            answer, date = _read(response), response.headers.get("Date", "")
            return Trial(trace, answer, began, time.monotonic(), response.status_code, date)
    except _FAILURES as error:
        codes = [getattr(link, "verify_code", 0) for link in _chain(error)]
        answer = _unavailable(error)
        return Trial(trace, answer, began, time.monotonic(), certificate_error=max(codes))
    finally:
        TRACE.reset(noting)
        adapter.close()


def check_url(environment: Environment) -> str:
    """Return the address where keys of `environment` are checked."""
    return str(settings.KEY_VALIDATION_URLS[environment]).rstrip("/") + CHECK_PATH


def proxy_for(url: str) -> str | None:
    """Return the proxy by which `url` is called; it may hold a password."""
    return select_proxy(url, _proxies(url))


def _check(key: str, environment: Environment, request_id: str, deadline: float) -> Answer:
    try:
        try:
            answer = _ask(key, environment, request_id, deadline)
        except requests.ConnectionError as error:
            # A kept connection that the service closed just as we used it. Asking is safe to
            # repeat; anything slower or more definite than a break is not worth a second wait.
            if not _broke_before_an_answer(error):
                raise
            answer = _ask(key, environment, request_id, deadline)
    except _FAILURES as error:
        return _unavailable(error)
    return _only_if_about(key, environment, answer)


def _ask(key: str, environment: Environment, request_id: str, deadline: float) -> Answer:
    headers = {
        **dict.fromkeys(KEY_HEADERS, key),
        REQUEST_ID_HEADER: request_id,
        **tracing.headers(),
    }
    with _get(_ADAPTER, environment, headers, deadline) as response:
        return _read(response)


def _get(
    adapter: DeadlineAdapter,
    environment: Environment,
    headers: Mapping[str, str],
    deadline: float,
) -> requests.Response:
    url = check_url(environment)
    if deadline <= time.monotonic():
        raise TimeoutError
    if is_forbidden_literal(url):
        raise ForbiddenAddressError  # said here, because a proxy would connect to it for us
    timeout = Deadline(deadline, connect=settings.KEY_VALIDATION_CONNECT_TIMEOUT)
    request = _request_to(url).copy()
    request.prepare_headers({**_HEADERS, **headers})  # refuses what would begin a line of its own
    return adapter.send(
        request,
        proxies=_proxies(url),
        verify=settings.KEY_VALIDATION_CA_BUNDLE or True,
        timeout=timeout,  # type: ignore[arg-type]  # the stubs lag behind
        stream=True,
    )


@functools.cache
def _request_to(url: str) -> requests.PreparedRequest:
    return requests.Request("GET", url).prepare()


def _read(response: requests.Response) -> Answer:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        return _not_the_protocol("an encoding that nobody asked for")
    body = _read_to_the_end(response)
    if len(body) > MAX_BODY:
        return _not_the_protocol("a body over 64 KiB")
    return read_answer(response.status_code, response.headers.get("Content-Type", ""), body)


def _read_to_the_end(response: requests.Response) -> bytes:
    """Return the body, or its first bytes past MAX_BODY. A body that breaks off raises."""
    body = b""
    # Only reading on until there is nothing shows that nothing was missing.
    while left := MAX_BODY + 1 - len(body):
        received = response.raw.read(left, decode_content=False)
        if not received:
            break
        body += received
    return body


@functools.cache
def _proxies(url: str) -> MutableMapping[str, str]:
    """Return the environment's proxies for `url`, read once.

    None for this machine: what may go in clear to loopback must not leave it by a proxy.
    """
    return {} if is_loopback(url) else get_environ_proxies(url)


def _only_if_about(key: str, environment: Environment, answer: Answer) -> Answer:
    """Refuse an answer about another key or environment, as a cache on the way may give."""
    if answer.fingerprint not in ("", fingerprint(key)):
        return _not_the_protocol("an answer about another key")
    fits = {
        Verdict.VALID: answer.environment in (None, environment),
        # Else the address set for this environment is another's. No other key would mend that.
        Verdict.WRONG_ENVIRONMENT: answer.environment != environment,
    }
    if not fits.get(answer.verdict, True):
        return _not_the_protocol("a service of another environment")
    return answer


def _broke_before_an_answer(error: requests.ConnectionError) -> bool:
    return any(isinstance(link, ConnectionResetError | BrokenPipeError) for link in _chain(error))


def _not_the_protocol(detail: str) -> Answer:
    return Answer(Verdict.UNAVAILABLE, cause=Cause.NOT_THE_PROTOCOL, detail=detail)


def _unavailable(error: BaseException) -> Answer:
    """Say what went wrong by its kind: the text of the error itself could hold the key."""
    links = _chain(error)
    for kind, cause, detail in _CAUSES:
        if any(isinstance(link, kind) for link in links):
            return Answer(Verdict.UNAVAILABLE, cause=cause, detail=detail)
    return _not_the_protocol(type(error).__name__)


def _chain(error: BaseException) -> list[BaseException]:
    """Return the error and everything it was raised from, however the libraries wrapped it."""
    links: list[BaseException] = []
    pending: list[object] = [error]
    while pending:
        link = pending.pop()
        if isinstance(link, BaseException) and link not in links:
            links.append(link)
            pending += [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]
    return links
