import json
import logging
import re
import time
from datetime import UTC, datetime
from urllib.parse import quote

from admin_portal.monitoring import request_ids, tracing
from api_keys.contract import KEY_PATTERN

FORMATS = ("line", "json")

LONGEST_SEGMENT = 32
"""Characters. Longer parts of a path are tokens out of an e-mail, or a key that went astray."""


def path_without_tokens(path: bytes) -> str:
    """Return a path as logs tell it: quoted, so that no line break in it begins a line there."""
    segments = (b"..." if len(part) > LONGEST_SEGMENT else part for part in path.split(b"/"))
    return quote(b"/".join(segments))


_NOT_SEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""What ends a line, moves the cursor or turns the direction; and what can't be written at all."""


class KeylessFormatter(logging.Formatter):
    """Writes no key of ours, whatever message, path or traceback it stands in.

    Nor does anything that somebody sent begin a line of its own: a message is one line, and the
    lines of a traceback are marked as such.
    """

    def format(self, record: logging.LogRecord) -> str:
        record.request_id = request_ids.current() or "-"
        message, *traceback = super().format(record).split("\n")
        lines = [message, *(f"  | {_escaped(line)}" for line in traceback)]
        return KEY_PATTERN.sub("[key]", "\n".join(lines))

    def formatMessage(self, record: logging.LogRecord) -> str:
        return _escaped(super().formatMessage(record))


class JsonFormatter(logging.Formatter):
    """Writes one JSON object for a record, in ASCII on one line, and no key of ours in it.

    `fields` of a record are added as they are.
    """

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_ids.current(),
            "trace_id": tracing.trace_id(),
            "exception": self.formatException(record.exc_info) if record.exc_info else "",
            **getattr(record, "fields", {}),
        }
        line = json.dumps({name: value for name, value in told.items() if value != ""})
        return KEY_PATTERN.sub("[key]", line)


class OnceAMinute(logging.Filter):
    """Lets each kind of record of a logger pass once a minute. For what tells of an outage.

    A kind is what the record says before anything is filled in, so that few are remembered.
    """

    def __init__(self) -> None:
        super().__init__()
        self._silent_until: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        now = time.monotonic()
        is_news = now >= self._silent_until.get(record.msg, 0)
        if is_news:
            self._silent_until[record.msg] = now + 60
        return is_news


def _escaped(text: str) -> str:
    return _NOT_SEEN.sub(lambda sign: sign[0].encode("unicode_escape").decode(), text)
