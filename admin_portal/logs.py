import logging
from urllib.parse import quote

from api_keys.contract import KEY_PATTERN

LONGEST_SEGMENT = 32
"""Characters. Longer parts of a path are tokens out of an e-mail, or a key that went astray."""


def path_without_tokens(path: bytes) -> str:
    """Return a path as logs tell it: quoted, so that no line break in it begins a line there."""
    segments = (b"..." if len(part) > LONGEST_SEGMENT else part for part in path.split(b"/"))
    return quote(b"/".join(segments))


class KeylessFormatter(logging.Formatter):
    """Writes no key of ours, whatever message, path or traceback it stands in."""

    def format(self, record: logging.LogRecord) -> str:
        return KEY_PATTERN.sub("[key]", super().format(record))
