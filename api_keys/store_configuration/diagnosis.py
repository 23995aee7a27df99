"""System > Tools > Service connection: the way to the key service, step by step.

One call without a key shows where the way ends, by the transport, limits and rules of every other
call; then the real verification tells what the service says of the key.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from urllib3.util import parse_url

from admin_portal.monitoring.request_ids import current_or_new
from admin_portal.preferences.instants import instant
from api_keys.contract import Cause, Environment, Verdict
from api_keys.store_configuration.client import Trial, check_url, proxy_for, try_connection
from api_keys.store_configuration.environments import label_of
from api_keys.store_configuration.held_keys import HeldKey, held_key
from api_keys.store_configuration.remedies import (
    CERTIFICATE,
    CLOCK,
    CONNECTING,
    EXCHANGING,
    LOOKING_UP,
    NO_TUNNEL,
    SECURING,
    VERDICTS,
    Trouble,
)
from api_keys.store_configuration.verification import Occasion, verify_stored_key
from api_keys.store_configuration.verification_words import VERDICTS as IN_WORDS

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

CLOCKS_MAY_DIFFER = 60
"""Seconds."""


class Result(StrEnum):
    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    NOT_USED = "not_used"
    NOT_RUN = "not_run"


@dataclass(frozen=True)
class Step:
    """One step. `found` has a line for each finding; `why` and `remedy` say what is wrong."""

    title: str
    result: Result
    milliseconds: int | None = None
    found: tuple[str, ...] = ()
    why: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Target:
    """What is called for an environment. `proxy` is the host of the proxy; empty: none."""

    environment: Environment
    url: str
    host: str
    port: int
    is_https: bool
    proxy: str
    held: HeldKey | None

    @property
    def words(self) -> dict[str, str]:
        return {
            "environment": label_of(self.environment),
            "setting": f"KEY_VALIDATION_URL_{self.environment.name}",
            "host": self.proxy or self.host,
            "service": self.host,
            "port": str(self.port),
            "place": self.held.locked_by
            if self.held and self.held.locked_by
            else _("Stores > Configuration > Magento Services"),
            "seconds": str(settings.KEY_VALIDATION_TIMEOUT),
        }


@dataclass(frozen=True)
class Diagnosis:
    """What a run found; `request_id` stands in this Admin's log and in the service's."""

    target: Target
    request_id: str
    ran_at: datetime
    steps: tuple[Step, ...]


def target_of(environment: Environment) -> Target:
    url = check_url(environment)
    parts, proxy = parse_url(url), proxy_for(url)
    return Target(
        environment=environment,
        url=url,
        host=parts.host or "",
        port=parts.port or (443 if parts.scheme == "https" else 80),
        is_https=parts.scheme == "https",
        proxy=parse_url(proxy).host or "" if proxy else "",
        held=held_key(environment),
    )


def diagnose(target: Target, user: User) -> Diagnosis:
    """Go the way to the service of an environment, and ask it about the key that is held."""
    request_id = current_or_new()
    ran_at = timezone.now()
    trial = try_connection(target.environment, request_id=request_id)
    steps = list(_way(target, trial, ran_at))
    has_arrived = steps[-1].result is not Result.FAILED
    if has_arrived and target.held:
        steps.append(_ask_about_the_key(target, user))
    elif has_arrived:
        steps.append(Step(_titles()[5], Result.NOT_RUN, found=(_("No key is stored."),)))
    else:
        steps += [Step(title, Result.NOT_RUN) for title in _titles()[len(steps) :]]
    logger.info(
        "service connection: environment=%s %s detail=%r request=%s",
        target.environment,
        " ".join(f"{name}={step.result}" for name, step in zip(_LOGGED_AS, steps, strict=True)),
        trial.answer.detail,
        request_id,
    )
    return Diagnosis(target, request_id, ran_at, tuple(steps))


_LOGGED_AS = ("DNS", "TCP", "TLS", "HTTP", "Clock", "Verdict")


def _titles() -> list[str]:
    return [_("DNS"), _("TCP"), _("TLS"), _("HTTP"), _("Clock"), _("Verdict")]


def _way(target: Target, trial: Trial, ran_at: datetime) -> Iterator[Step]:
    """Yield the steps up to the one that failed."""
    steps = (_dns, _tcp, _tls, _http)
    for title, step in zip(_titles(), steps, strict=False):
        done = step(title, target, trial)
        yield done
        if done.result is Result.FAILED:
            return
    yield _clock(_titles()[4], target, trial, ran_at)


def _dns(title: str, target: Target, trial: Trial) -> Step:
    trace = trial.trace
    refused = tuple(_("%s is not allowed") % address for address in trace.refused)
    found = (*_by_proxy(target), *trace.addresses, *refused)
    ended = trace.looked_up or trial.ended
    took = _milliseconds(trace.started or trial.began, ended)
    if not trace.addresses:
        return _failed(title, took, found, LOOKING_UP[_cause(trial)], target)
    return Step(title, Result.PASSED, took, found)


def _tcp(title: str, target: Target, trial: Trial) -> Step:
    trace = trial.trace
    took = _milliseconds(trace.looked_up, trace.connected or trial.ended)
    if trace.connected is None:
        return _failed(title, took, _by_proxy(target), CONNECTING[_cause(trial)], target)
    connected = _("Connected to %s") % trace.peer
    return Step(title, Result.PASSED, took, (*_by_proxy(target), connected))


def _tls(title: str, target: Target, trial: Trial) -> Step:
    trace = trial.trace
    if not target.is_https:
        return Step(
            title, Result.NOT_USED, found=(_("The address is http: nothing is encrypted."),)
        )
    took = _milliseconds(trace.connected, trace.secured or trial.ended)
    if trace.secured is None:
        found = (*_by_proxy(target), trial.answer.detail)
        return _failed(title, took, found, _tls_trouble(target, trial), target)
    expiry = ssl.cert_time_to_seconds(str(trace.certificate["notAfter"]))
    found = (
        trace.tls_version,
        _("Certificate issued by %s") % _issuer(trace.certificate["issuer"]),
        _("Certificate expires on %s") % instant(datetime.fromtimestamp(expiry, UTC)),
    )
    return Step(title, Result.PASSED, took, found)


def _http(title: str, target: Target, trial: Trial) -> Step:
    trace = trial.trace
    took = _milliseconds(trace.secured or trace.connected, trial.ended)
    found = (_("Status %s, asked without a key") % trial.status,) if trial.status else ()
    if trial.answer.verdict is Verdict.UNAVAILABLE:
        found = (
            found if trial.answer.detail.startswith("status ") else (*found, trial.answer.detail)
        )
        return _failed(title, took, found, EXCHANGING[_cause(trial)], target)
    return Step(title, Result.PASSED, took, (*found, _("It answers as a key service does.")))


def _clock(title: str, target: Target, trial: Trial, ran_at: datetime) -> Step:
    try:
        theirs = parsedate_to_datetime(trial.date)
    except (ValueError, OverflowError):
        return Step(title, Result.NOT_USED, found=(_("The service does not tell its time."),))
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=UTC)
    ours = ran_at.timestamp() + trial.ended - trial.began
    seconds = round(theirs.timestamp() + 0.5 - ours)  # they tell whole seconds, rounded down
    found = (_("The service's clock differs by %+d s") % seconds,)
    if abs(seconds) > CLOCKS_MAY_DIFFER:
        return _failed(title, None, found, CLOCK, target, Result.WARNING)
    return Step(title, Result.PASSED, found=found)


def _ask_about_the_key(target: Target, user: User) -> Step:
    began = time.monotonic()
    verification = verify_stored_key(target.environment, Occasion.TEST, user)
    took = _milliseconds(began, time.monotonic())
    title, verdict = _titles()[5], verification.verdict
    found = tuple(filter(None, (str(IN_WORDS[verdict]), verification.detail)))
    if verdict is Verdict.VALID:
        return Step(title, Result.PASSED, took, found)
    trouble = EXCHANGING[verification.cause] if verification.cause else VERDICTS[verdict]
    return _failed(title, took, found, trouble, target)


def _failed(
    title: str,
    took: int | None,
    found: tuple[str, ...],
    trouble: Trouble,
    target: Target,
    result: Result = Result.FAILED,
) -> Step:
    why, remedy = trouble
    return Step(title, result, took, found, why % target.words, remedy % target.words)


def _cause(trial: Trial) -> Cause:
    return trial.answer.cause or Cause.NO_CONNECTION


def _tls_trouble(target: Target, trial: Trial) -> Trouble:
    if trial.certificate_error:
        return CERTIFICATE.get(trial.certificate_error, SECURING[Cause.TLS])
    if target.proxy and _cause(trial) not in (Cause.TLS, Cause.TIME_OUT):
        return NO_TUNNEL
    return SECURING[_cause(trial)]


def _by_proxy(target: Target) -> tuple[str, ...]:
    return (_("Of the proxy %s") % target.proxy,) if target.proxy else ()


def _issuer(names: Iterable[Iterable[tuple[str, str]]]) -> str:
    """Return who issued a certificate, from the way Python lists the parts of a name."""
    parts = dict(part for group in names for part in group)
    return parts.get("organizationName") or parts.get("commonName") or "?"


def _milliseconds(began: float | None, ended: float) -> int:
    return round(1000 * (ended - (began or ended)))
