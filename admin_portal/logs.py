import logging
import re
from urllib.parse import quote

from api_keys.contract import KEY_PATTERN

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
        message, *traceback = super().format(record).split("\n")
        lines = [message, *(f"  | {_escaped(line)}" for line in traceback)]
        return KEY_PATTERN.sub("[key]", "\n".join(lines))

    def formatMessage(self, record: logging.LogRecord) -> str:
        return _escaped(super().formatMessage(record))


def _escaped(text: str) -> str:
    return _NOT_SEEN.sub(lambda sign: sign[0].encode("unicode_escape").decode(), text)
