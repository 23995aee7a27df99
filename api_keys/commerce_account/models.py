"""The Commerce account's tables. Verbs live beside them: `issuing`, `members`, `history`, …"""

import math
from datetime import datetime, timedelta
from typing import Any, NoReturn

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from admin_portal.sending import OutgoingMail
from api_keys.commerce_account.environments import CHOICES
from api_keys.contract import Environment

EXPIRES_SOON = timedelta(days=30)
"""From here on a key's expiry is shown as so many days, and people are reminded of it."""


class Role(models.TextChoices):
    """What a member may do, the most first."""

    OWNER = "owner", _("Owner")
    DEVELOPER = "developer", _("Developer")
    VIEWER = "viewer", _("Viewer")

    def may_use_keys(self) -> bool:
        """Tell whether it may create, reveal, roll and delete keys."""
        return self in (Role.OWNER, Role.DEVELOPER)

    def may_manage_members(self) -> bool:
        """Tell whether it may invite and remove people and change their roles."""
        return self is Role.OWNER


class Company(models.Model):
    """Who owns keys. People come and go; the keys stay with the company."""

    name = models.CharField(_("Company"), max_length=100)
    created_at = models.DateTimeField(default=timezone.now)
    members = models.ManyToManyField(User, through="Membership", related_name="companies")

    def __str__(self) -> str:
        return self.name

    @property
    def number(self) -> str:
        """The company's ID as people read it out, as in "COM-000042"."""
        return f"COM-{self.pk:06d}"


class Membership(models.Model):
    company = models.ForeignKey(Company, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    role = models.CharField(_("Role"), max_length=10, choices=Role)
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "user"], name="one_membership")]

    def __str__(self) -> str:
        return f"{self.user} in {self.company}"


class Invitation(models.Model):
    """An offer to join a company, good once, until `expires_at`. Its link is signed, not kept."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE)
    email = models.EmailField(_("Email"))
    role = models.CharField(_("Role"), max_length=10, choices=Role)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["email", "created_at"])]

    def __str__(self) -> str:
        return f"{self.email} to {self.company}"


class KeyState(models.TextChoices):
    """What a key's row looks like to people; each key is in exactly one of them."""

    ACTIVE = "active", _("Active")
    EXPIRING = "expiring", _("Expires soon")
    RETIRING = "retiring", _("Retiring")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")


class IssuedKeyQuerySet(models.QuerySet["IssuedKey"]):
    def not_revoked(self, now: datetime) -> "IssuedKeyQuerySet":
        return self.filter(Q(retires_at=None) | Q(retires_at__gt=now), revoked_at=None)

    def live(self, now: datetime) -> "IssuedKeyQuerySet":
        """Keys that work and are meant to go on working: they count against the limit."""
        unexpired = Q(expires_at=None) | Q(expires_at__gt=now)
        return self.filter(unexpired, revoked_at=None, retires_at=None)

    def in_state(self, state: KeyState, now: datetime) -> "IssuedKeyQuerySet":
        kept = self.not_revoked(now)
        match state:
            case KeyState.REVOKED:
                return self.filter(Q(retires_at__lte=now) | ~Q(revoked_at=None))
            case KeyState.EXPIRED:
                return kept.filter(expires_at__lte=now)
            case KeyState.RETIRING:
                return kept.filter(Q(expires_at=None) | Q(expires_at__gt=now)).exclude(
                    retires_at=None
                )
            case KeyState.EXPIRING:
                return self.live(now).filter(expires_at__lte=now + EXPIRES_SOON)
        return self.live(now).exclude(expires_at__lte=now + EXPIRES_SOON)


class KeyDates:
    """What a key's dates say of it."""

    expires_at: datetime | None
    retires_at: datetime | None
    revoked_at: datetime | None

    def is_expired(self, now: datetime) -> bool:
        """Tell whether `now` is at or past the instant of expiry."""
        return self.expires_at is not None and now >= self.expires_at

    @property
    def ends_at(self) -> datetime | None:
        """Return from when on the key is refused: its expiry, or before that its roll's end."""
        ends = [end for end in (self.expires_at, self.retires_at) if end is not None]
        return min(ends, default=None)

    def revoked_since(self, now: datetime) -> datetime | None:
        """Return since when the key is refused: deleted, or retired by a roll that ran out."""
        if self.revoked_at is None and self.retires_at is not None and now >= self.retires_at:
            return self.retires_at
        return self.revoked_at


class IssuedKey(KeyDates, models.Model):
    """A key that the account issued. Only `issuing` writes these rows, and `usage` their uses."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    environment = models.CharField(max_length=10, choices=CHOICES)
    description = models.CharField(_("Description"), max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    ciphertext = models.TextField()
    fingerprint = models.CharField(max_length=14)
    last_four = models.CharField(max_length=4)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)
    expires_at = models.DateTimeField(null=True, db_index=True)
    revoked_at = models.DateTimeField(null=True)

    # A roll: the old key retires, its successor names it.
    predecessor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="successors"
    )
    retires_at = models.DateTimeField(null=True, db_index=True)
    retires_on_use = models.BooleanField(default=False)

    # Its uses. The first is written at once, the last within a minute.
    first_used_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_used_address = models.CharField(max_length=45, default="")
    last_used_client = models.CharField(max_length=200, default="")

    form_token = models.UUIDField(null=True)
    """Of the form that created it: sent twice, it creates one key."""

    objects = IssuedKeyQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["company", "environment", "-created_at"])]
        constraints = [
            models.CheckConstraint(
                name="revoked_keys_cannot_be_opened",
                condition=Q(revoked_at=None) | Q(ciphertext=""),
            ),
            models.UniqueConstraint(fields=["company", "form_token"], name="one_key_a_form"),
        ]

    def __str__(self) -> str:
        return f"{self.description} ({self.fingerprint})"

    @property
    def masked(self) -> str:
        return f"{Environment(self.environment).key_prefix}\N{HORIZONTAL ELLIPSIS}{self.last_four}"

    @property
    def days_left(self) -> int:
        """Return in how many days, begun ones included, the key expires; 0 when it has."""
        if self.expires_at is None:
            raise ValueError("a key without expiry")
        return max(0, math.ceil((self.expires_at - timezone.now()) / timedelta(days=1)))

    def state(self, now: datetime) -> KeyState:
        """Return the state that `in_state` finds the key by."""
        if self.revoked_since(now):
            return KeyState.REVOKED
        if self.is_expired(now):
            return KeyState.EXPIRED
        if self.retires_at is not None:
            return KeyState.RETIRING
        if self.is_expired(now + EXPIRES_SOON):
            return KeyState.EXPIRING
        return KeyState.ACTIVE


class KeyUsage(models.Model):
    """How often a key was sent on a day (UTC), from one address by one client."""

    key = models.ForeignKey(IssuedKey, on_delete=models.CASCADE)
    day = models.DateField(db_index=True)
    address = models.CharField(max_length=45)
    client = models.CharField(max_length=200)
    calls = models.PositiveBigIntegerField()
    last_used_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "day", "address", "client"], name="one_usage_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.calls} calls on {self.day}"


class EventQuerySet(models.QuerySet["Event"]):
    def update(self, **values: Any) -> NoReturn:
        raise TypeError("Events are never changed.")

    def delete(self) -> NoReturn:
        raise TypeError("Events are never deleted but by `history.purge`.")


class Event(models.Model):
    """What happened in a company. Rows are only ever added; the database refuses to change one."""

    class Kind(models.TextChoices):
        COMPANY_CREATED = "company_created", _("Company created")
        MEMBER_INVITED = "member_invited", _("Member invited")
        INVITATION_WITHDRAWN = "invitation_withdrawn", _("Invitation withdrawn")
        MEMBER_JOINED = "member_joined", _("Member joined")
        ROLE_CHANGED = "role_changed", _("Role changed")
        MEMBER_REMOVED = "member_removed", _("Member removed")
        MEMBER_LEFT = "member_left", _("Member left")
        SIGNED_IN = "signed_in", _("Signed in")
        KEY_CREATED = "key_created", _("Key created")
        KEY_REVEALED = "key_revealed", _("Key revealed")
        KEY_ROLLED = "key_rolled", _("Key rolled")
        ROLL_CALLED_OFF = "roll_called_off", _("Roll called off")
        SUCCESSOR_USED = "successor_used", _("Successor seen in use")
        KEY_RETIRED = "key_retired", _("Key retired")
        KEY_DELETED = "key_deleted", _("Key deleted")
        KEY_LEAKED = "key_leaked", _("Key reported as leaked")
        KEY_EXPIRES_SOON = "key_expires_soon", _("Key expires soon")
        KEY_EXPIRED = "key_expired", _("Key expired")

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    kind = models.CharField(max_length=30, choices=Kind)
    key = models.ForeignKey(IssuedKey, on_delete=models.PROTECT, null=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    actor_email = models.CharField(max_length=254, default="")
    address = models.CharField(max_length=45, default="")
    detail = models.JSONField(default=dict)
    once = models.CharField(max_length=60, null=True, unique=True)  # noqa: DJ001  (null: may repeat)
    created_at = models.DateTimeField(default=timezone.now)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["company", "-created_at", "-id"])]

    def __str__(self) -> str:
        return f"{self.kind} at {self.created_at}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("Events are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("Events are never deleted but by `history.purge`.")


class Notice(OutgoingMail):
    """An e-mail about an event that is due to somebody. Only `notices` writes these rows."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "recipient"], name="one_notice_each")
        ]

    def __str__(self) -> str:
        return f"{self.event.kind} to {self.recipient}"
