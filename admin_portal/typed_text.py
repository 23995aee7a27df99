"""What may not stand in a line of text that somebody types. Both sites' own."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from api_keys.contract import KEY_PATTERN

CONTROL_CHARACTERS = re.compile("[\\x01-\\x1f\\x7f-\\x9f\\u2028\\u2029]")


def refuse_control_characters(text: str) -> None:
    """Raise ValidationError for line breaks and the like: they forge lines in mails and logs."""
    if CONTROL_CHARACTERS.search(text):
        raise ValidationError(_("Use a single line, without control characters."))


def refuse_keys(text: str) -> None:
    """Raise ValidationError for an API key: text is listed, mailed and kept in the history."""
    if KEY_PATTERN.search(text):
        raise ValidationError(
            _("This is an API key. Others would see it here: roll that key, and write a name.")
        )
