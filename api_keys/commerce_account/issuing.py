"""Issue, reveal, roll and revoke keys. Nothing else writes them; each change is recorded."""

from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from admin_portal.actors import NOBODY, Actor
from admin_portal.encryption import decrypt, encrypt
from api_keys.commerce_account.digests import digest_of
from api_keys.commerce_account.history import record
from api_keys.commerce_account.models import Company, Event, IssuedKey, KeyState
from api_keys.contract import Environment, fingerprint, generate_key, last_four

ROLL_DEADLINE = timedelta(days=30)
"""How long, at most, a roll waits for its successor to be seen in use."""


class Refusal(Enum):
    DESCRIPTION_TAKEN = auto()
    LIMIT_REACHED = auto()
    NOT_LIVE = auto()


class Refused(Exception):
    """A key was not issued or rolled, and nothing was changed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.name)
        self.refusal = refusal


@transaction.atomic
def issue_key(
    company: Company,
    environment: Environment,
    description: str,
    *,
    by: Actor,
    expires_at: datetime | None,
    form_token: UUID | None = None,
) -> IssuedKey:
    """Issue a key to `company`. `read_key` opens it; a form sent twice gets the same key again.

    Raises Refused when a live key of the environment has the description, or when there are
    as many as LIVE_KEYS_PER_ENVIRONMENT.
    """
    _lock(company)
    if form_token:
        same = IssuedKey.objects.filter(company=company, form_token=form_token).first()
        if same:
            return same
    live = company.issuedkey_set.live(timezone.now()).filter(environment=environment)
    if live.filter(description=description).exists():
        raise Refused(Refusal.DESCRIPTION_TAKEN)
    if live.count() >= settings.LIVE_KEYS_PER_ENVIRONMENT:
        raise Refused(Refusal.LIMIT_REACHED)
    issued = _create(
        IssuedKey(
            company=company,
            environment=environment,
            description=description,
            expires_at=expires_at,
            form_token=form_token,
        ),
        by,
    )
    record(Event.Kind.KEY_CREATED, company, by=by, key=issued)
    return issued


def read_key(issued: IssuedKey) -> str:
    """Open the copy kept for the key's owner.

    Raises UnreadableError when none of today's encryption keys opens it, or when it was revoked.
    """
    return decrypt(issued.ciphertext)


def reveal_key(issued: IssuedKey, *, by: Actor) -> str:
    """Open the key for `by`, which is recorded. The caller has to show it to nobody else."""
    key = read_key(issued)
    record(Event.Kind.KEY_REVEALED, issued.company, by=by, key=issued)
    return key


@transaction.atomic
def revoke_key(
    issued: IssuedKey, *, by: Actor, kind: Event.Kind = Event.Kind.KEY_DELETED, **detail: Any
) -> bool:
    """Revoke at once and for good: the copy kept for the owner goes too.

    Returns False, and changes nothing, when the key was revoked before. A key that was to retire
    in favour of this one stays: otherwise no key would be left that works.
    """
    _lock(issued.company)
    now = timezone.now()
    # A successor that was rolled itself has another in its place already.
    was_live = IssuedKey.objects.live(now).filter(pk=issued.pk).exists()
    working = IssuedKey.objects.not_revoked(now).filter(pk=issued.pk)
    if not working.update(revoked_at=now, ciphertext=""):
        return False
    record(kind, issued.company, by=by, key=issued, **detail)
    if was_live:
        retiring = IssuedKey.objects.in_state(KeyState.RETIRING, now)
        for predecessor in retiring.filter(successors=issued):
            _let_stay(predecessor, by)
    return True


@transaction.atomic
def roll_key(
    issued: IssuedKey,
    *,
    by: Actor,
    expires_at: datetime | None,
    overlap: timedelta | None,
    form_token: UUID | None = None,
) -> IssuedKey:
    """Issue a successor. The old key works on for `overlap`; None: until the successor is used.

    Both happen in one transaction: whenever it ends, at least one of the two keys works. Raises
    Refused when the key isn't live, or when as many keys as may be live are retiring already.
    """
    _lock(issued.company)
    now = timezone.now()
    if form_token:
        same = IssuedKey.objects.filter(company=issued.company, form_token=form_token).first()
        if same and same.predecessor_id != issued.pk:
            raise Refused(Refusal.NOT_LIVE)
        if same:
            return same
    _require_rollable(issued, now)
    successor = _create(
        IssuedKey(
            company=issued.company,
            environment=issued.environment,
            description=issued.description,
            expires_at=expires_at,
            predecessor=issued,
            form_token=form_token,
        ),
        by,
    )
    _let_retire(issued, successor, by, overlap, now)
    return successor


def _let_retire(
    issued: IssuedKey, successor: IssuedKey, by: Actor, overlap: timedelta | None, now: datetime
) -> None:
    retires_at = now + (ROLL_DEADLINE if overlap is None else overlap)
    IssuedKey.objects.filter(pk=issued.pk).update(
        retires_at=retires_at, retires_on_use=overlap is None
    )
    record(
        Event.Kind.KEY_ROLLED,
        issued.company,
        by=by,
        key=issued,
        successor=successor.fingerprint,
        retires_at=retires_at.isoformat(),
        retires_on_use=overlap is None,
    )


def _require_rollable(issued: IssuedKey, now: datetime) -> None:
    siblings = IssuedKey.objects.filter(company=issued.company, environment=issued.environment)
    if not siblings.live(now).filter(pk=issued.pk).exists():
        raise Refused(Refusal.NOT_LIVE)
    if siblings.in_state(KeyState.RETIRING, now).count() >= settings.LIVE_KEYS_PER_ENVIRONMENT:
        raise Refused(Refusal.LIMIT_REACHED)


@transaction.atomic
def call_off_roll(issued: IssuedKey, *, by: Actor) -> bool:
    """Keep the retiring key `issued`, and revoke its successor. False when it is too late."""
    _lock(issued.company)
    successor = running_roll(issued)
    return successor is not None and revoke_key(successor, by=by, roll_called_off=True)


def running_roll(issued: IssuedKey) -> IssuedKey | None:
    """Return the successor for which `issued` is retiring, if that can still be called off."""
    now = timezone.now()
    if not IssuedKey.objects.in_state(KeyState.RETIRING, now).filter(pk=issued.pk).exists():
        return None
    return issued.successors.live(now).first()


@transaction.atomic
def note_first_use(issued_pk: int, now: datetime) -> None:
    """Write down that a key was found valid for the first time, at `now`.

    A roll that waited for it ends soon after: ROLL_GRACE_SECONDS are left to a client whose parts
    do not all change over in the same instant.
    """
    _lock(Company.objects.get(issuedkey=issued_pk))
    unused = IssuedKey.objects.filter(pk=issued_pk, first_used_at=None)
    if not unused.update(first_used_at=now, last_used_at=now):
        return
    retires_at = now + timedelta(seconds=settings.ROLL_GRACE_SECONDS)
    waiting = IssuedKey.objects.select_related("company").filter(
        successors=issued_pk, retires_on_use=True, retires_at__gt=retires_at, revoked_at=None
    )
    for predecessor in waiting:
        if waiting.filter(pk=predecessor.pk).update(retires_at=retires_at):
            record(
                Event.Kind.SUCCESSOR_USED,
                predecessor.company,
                by=NOBODY,
                key=predecessor,
                retires_at=retires_at.isoformat(),
            )


def seal_retired_keys(now: datetime) -> int:
    """Wipe the copies of keys whose roll has run out; return how many.

    They are refused from that instant on by themselves: this only tidies up and records it.
    """
    due = IssuedKey.objects.filter(revoked_at=None, retires_at__lte=now)
    sealed = 0
    for issued in due.select_related("company"):
        with transaction.atomic():
            _lock(issued.company)
            if due.filter(pk=issued.pk).update(revoked_at=F("retires_at"), ciphertext=""):
                record(Event.Kind.KEY_RETIRED, issued.company, by=NOBODY, key=issued)
                sealed += 1
    return sealed


def _lock(company: Company) -> None:
    # One writer of a company's keys at a time: what was counted stays true until it is written.
    # SQLite has no row locks; its transactions are IMMEDIATE, which excludes every other writer.
    # no_key: on PostgreSQL, whoever adds a row that names the company need not wait for this, and
    # does not come to a deadlock with it.
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)


def _create(issued: IssuedKey, by: Actor) -> IssuedKey:
    key = generate_key(Environment(issued.environment))
    issued.digest = digest_of(key)
    issued.ciphertext = encrypt(key)
    issued.fingerprint = fingerprint(key)
    issued.last_four = last_four(key)
    issued.created_by = by.user
    issued.save()
    return issued


def _let_stay(issued: IssuedKey, by: Actor) -> None:
    IssuedKey.objects.filter(pk=issued.pk).update(retires_at=None, retires_on_use=False)
    record(Event.Kind.ROLL_CALLED_OFF, issued.company, by=by, key=issued)
