"""What people read for an environment. The contract, which is for programs, has no words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from api_keys.contract import Environment

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

LABELS: Mapping[str, StrPromise] = {
    Environment.PRODUCTION: _("Production"),
    Environment.SANDBOX: _("Sandbox"),
}
CHOICES = list(LABELS.items())
"""For forms and models."""


def label_of(environment: str) -> str:
    return str(LABELS.get(environment, environment.capitalize()))
