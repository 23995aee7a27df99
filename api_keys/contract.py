"""What the two sites agree on: keys, verdicts and the wire format. Pure Python.

This is the one module that both sites import. It knows nothing of Django, of either database
or of HTTP libraries, so that any other service or client can be written from it.
"""

import hashlib
import json
import re
import secrets
import string
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

CHECK_PATH = "/gateway/apikeycheck"
KEY_HEADERS = ("magento-api-key", "x-api-key")
REQUEST_ID_HEADER = "X-Request-ID"
REQUEST_ID = re.compile("^[0-9A-Za-z-]{1,64}$")
PROBLEM_JSON = "application/problem+json"

MAX_KEY_LENGTH = 512
"""Characters. No service we know of issues longer keys, and headers have to stay small."""

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM_LENGTH = 32  # 62 ** 32 is 190 bits
_CHECKSUM_LENGTH = 6  # 62 ** 6 holds any CRC-32

KEY_PATTERN = re.compile(r"ck_(?:production|sandbox)_[0-9A-Za-z]{38}")
"""Our keys, wherever they stand in a text: what scanners for leaked secrets look for."""


class Environment(StrEnum):
    PRODUCTION = "production"
    SANDBOX = "sandbox"

    @property
    def key_prefix(self) -> str:
        return f"ck_{self.value}_"


class Verdict(StrEnum):
    """What a verification found. Only those in `STATUS` are the service's to say."""

    VALID = "valid"
    INVALID = "invalid"
    MALFORMED = "malformed"
    REVOKED = "revoked"
    EXPIRED = "expired"
    WRONG_ENVIRONMENT = "wrong_environment"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    UNAVAILABLE = "unavailable"


STATUS: Mapping[Verdict, int] = {
    Verdict.VALID: 200,
    Verdict.INVALID: 401,
    Verdict.REVOKED: 401,
    Verdict.EXPIRED: 401,
    Verdict.WRONG_ENVIRONMENT: 403,
}
"""The verdicts a service can give, and the only part of an answer that old clients read."""


class Cause(StrEnum):
    """Why there is no verdict on a key, as far as it makes a difference to who reads it."""

    TIME_OUT = "time_out"
    REFUSED = "refused"
    NO_CONNECTION = "no_connection"
    TLS = "tls"
    TOO_MANY_REQUESTS = "too_many_requests"
    SERVER_ERROR = "server_error"
    NOT_THE_PROTOCOL = "not_the_protocol"
    FORBIDDEN_ADDRESS = "forbidden_address"
    BUSY = "busy"


_VERDICT_BY_STATUS_ALONE = {
    200: Verdict.VALID,
    401: Verdict.INVALID,
    403: Verdict.WRONG_ENVIRONMENT,
}


@dataclass(frozen=True)
class Answer:
    """One answer of the validation service, as both ends see it.

    `environment` is the key's own; the instants are aware. Each is None when it isn't known.
    `cause` is set when the verdict is UNAVAILABLE, and only then; `detail` says the same more
    precisely, for the log.
    """

    verdict: Verdict
    environment: Environment | None = None
    fingerprint: str = ""
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    cause: Cause | None = None
    detail: str = ""


def generate_key(environment: Environment) -> str:
    """Return a new key: a prefix that names the environment, 190 random bits, a checksum."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_LENGTH))
    unchecked = environment.key_prefix + body
    return unchecked + _checksum(unchecked)


def environment_in(key: str) -> Environment | None:
    """Return the environment that the key's prefix names; None for keys of other issuers."""
    return next((env for env in Environment if key.startswith(env.key_prefix)), None)


def has_good_checksum(key: str) -> bool:
    """Tell whether a key with our prefix is whole. Says nothing about whether it was issued."""
    environment = environment_in(key)
    if environment is None:
        return False
    length = len(environment.key_prefix) + _RANDOM_LENGTH + _CHECKSUM_LENGTH
    unchecked, checksum = key[:-_CHECKSUM_LENGTH], key[-_CHECKSUM_LENGTH:]
    return len(key) == length and checksum == _checksum(unchecked)


def read_request_id(value: str) -> str:
    """Return the request's id, or nothing where it is none: it goes into a log and a header."""
    return value if REQUEST_ID.fullmatch(value) else ""


def fingerprint(key: str) -> str:
    """Return the short id by which people on both sites compare a key without seeing it.

    Twelve hexadecimal digits of a hash, in groups of four. 48 of 256 bits remain, so that even
    a guessed key could not be confirmed with certainty.
    """
    digest = hashlib.sha256(b"api-key-fingerprint:" + key.encode()).hexdigest()
    return "-".join((digest[:4], digest[4:8], digest[8:12]))


def last_four(key: str) -> str:
    """Return the characters shown as "ends in". Empty where four would be much of the secret."""
    return key[-4:] if len(key) >= 16 else ""


def answer_body(answer: Answer) -> dict[str, str | None]:
    """Return the members of an answer's JSON body that carry the verdict."""
    return {
        "reason": answer.verdict.value,
        "environment": answer.environment,
        "fingerprint": answer.fingerprint or None,
        "expires_at": answer.expires_at.isoformat() if answer.expires_at else None,
        "revoked_at": answer.revoked_at.isoformat() if answer.revoked_at else None,
    }


def read_answer(status: int, content_type: str, body: bytes) -> Answer:
    """Read what a validation service answered.

    A service that says nothing but a status is understood by the status alone, as the vendor's
    old clients do. But when a body claims something, it has to hold: a page of HTML, broken JSON
    or a reason that contradicts the status means that we aren't talking to the service.
    """
    if status not in _VERDICT_BY_STATUS_ALONE:
        return _unavailable(f"status {status}", _cause_of(status))
    content_type = content_type.lower()
    if "html" in content_type or body.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return _unavailable("a page of HTML")
    if "json" not in content_type or not body:
        return Answer(_VERDICT_BY_STATUS_ALONE[status])
    try:
        members = json.loads(body)
    except (ValueError, RecursionError):
        return _unavailable("broken JSON")
    if not isinstance(members, dict):
        return _unavailable("JSON of another shape")
    if "reason" not in members:
        return Answer(_VERDICT_BY_STATUS_ALONE[status])
    try:
        return _read_members(status, members)
    except (ValueError, OverflowError):
        return _unavailable("a member out of the protocol")


def _read_members(status: int, members: dict[str, object]) -> Answer:
    verdict = Verdict(str(members["reason"]))
    if STATUS.get(verdict) != status:
        return _unavailable("a reason that contradicts the status")
    environment = members.get("environment")
    return Answer(
        verdict,
        environment=Environment(str(environment)) if environment is not None else None,
        fingerprint=str(members.get("fingerprint") or ""),
        expires_at=_read_instant(members.get("expires_at")),
        revoked_at=_read_instant(members.get("revoked_at")),
    )


def _read_instant(value: object) -> datetime | None:
    if value is None:
        return None
    instant = datetime.fromisoformat(str(value))
    if instant.tzinfo is None:
        raise ValueError("an instant without its offset from UTC")
    return instant.astimezone(UTC)


def _unavailable(detail: str, cause: Cause = Cause.NOT_THE_PROTOCOL) -> Answer:
    return Answer(Verdict.UNAVAILABLE, cause=cause, detail=detail)


def _cause_of(status: int) -> Cause:
    if status == 429:
        return Cause.TOO_MANY_REQUESTS
    return Cause.SERVER_ERROR if 500 <= status <= 599 else Cause.NOT_THE_PROTOCOL


def _checksum(text: str) -> str:
    number = zlib.crc32(text.encode())
    digits = ""
    for _ in range(_CHECKSUM_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
