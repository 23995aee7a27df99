"""What the dashboard's cards show: each only to whom its own page opens."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet

from admin_portal.access import USE_TOOLS
from admin_portal.action_log.models import ActionRecord
from admin_portal.action_log.views import SEE as SEE_ACTIONS
from admin_portal.action_log.words import Words, words_of
from admin_portal.prepared import prepared_values
from admin_portal.sign_in.second_factors import had_second_factor
from api_keys.contract import Environment, Verdict
from api_keys.store_configuration.held_keys import KeyFacts, facts_of, held_keys
from api_keys.store_configuration.key_verifications import SEE as SEE_LOG
from api_keys.store_configuration.last_verifications import last_verifications
from api_keys.store_configuration.models import GlobalSettings
from api_keys.store_configuration.permissions import SAVE, SEE
from api_keys.store_configuration.verification import known_verdict
from api_keys.store_configuration.verification_chart import Chart, charts

RECENT = 5


@dataclass(frozen=True)
class KeyCard:
    """How one environment's key stands, as far as it is known without asking.

    Only what the card shows: it is rendered again when any of it has changed.
    """

    environment: Environment
    is_channels: bool
    facts: KeyFacts | None
    verdict: Verdict | None
    chart: Chart | None


@dataclass(frozen=True)
class Deed:
    """What an action's row is shown by."""

    number: int
    at: datetime
    action: str
    result: str
    user_name: str
    address: str
    subject: str

    @property
    def words(self) -> Words:
        return words_of(ActionRecord(**asdict(self), changes=[]))


@dataclass(frozen=True)
class ToDo:
    """What is left to set up. `what` is how the template knows it."""

    what: str
    environment: Environment | None = None


def key_cards(user: User, now: datetime) -> list[KeyCard]:
    if not user.has_perm(SEE):
        return []
    held = held_keys()
    last = last_verifications(key for key in held.values() if key)
    drawn = charts(now) if user.has_perm(SEE_LOG) else {}
    channels = GlobalSettings.current().environment
    return [
        KeyCard(
            environment,
            environment == channels,
            facts_of(key, last.get(environment)),
            known_verdict(key, last.get(environment), now),
            drawn.get(environment),
        )
        for environment, key in held.items()
    ]


def recent_actions(user: User) -> list[Deed]:
    """Return the newest records."""
    return [Deed(*row) for row in _newest_records()] if user.has_perm(SEE_ACTIONS) else []


@prepared_values
def _newest_records() -> QuerySet[ActionRecord, Any]:
    shown = [field.name for field in fields(Deed)]
    return ActionRecord.objects.order_by("-number").values_list(*shown)[:RECENT]


def left_to_do(user: User, cards: list[KeyCard]) -> list[ToDo]:
    """Return what this very person can still set up."""
    left = [] if had_second_factor(user) else [ToDo("second factor")]
    if user.has_perm(SAVE):
        left += [
            ToDo("key", card.environment)
            for card in cards
            if card.is_channels and card.verdict is Verdict.MISSING
        ]
    if user.has_perm(USE_TOOLS) and not settings.EMAIL_URL:
        left.append(ToDo("mail"))
    return left
