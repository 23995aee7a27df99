import logging

from api_keys.contract import KEY_PATTERN


class KeylessFormatter(logging.Formatter):
    """Writes no key of ours, whatever message, path or traceback it stands in."""

    def format(self, record: logging.LogRecord) -> str:
        return KEY_PATTERN.sub("[key]", super().format(record))
