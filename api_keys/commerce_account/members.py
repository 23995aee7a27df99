"""Companies and who belongs to them. Nothing else writes memberships and invitations."""

from datetime import datetime, timedelta
from enum import Enum, auto

from django.conf import settings
from django.contrib.auth.models import User
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from admin_portal.actors import Actor
from api_keys.commerce_account.history import record
from api_keys.commerce_account.models import Company, Event, Invitation, Membership, Role

INVITATION_LIFETIME = timedelta(days=7)
OPEN_INVITATIONS = 50
INVITATIONS_A_DAY = 100
"""Per company, and per person over all companies. Each sends an e-mail, to whomever one likes."""
INVITATIONS_TO_AN_ADDRESS_A_DAY = 5
COMPANIES_A_DAY = 5
"""Per person."""

_DAY = timedelta(days=1)


class Refusal(Enum):
    NOT_AN_OWNER = auto()
    MEMBER_ALREADY = auto()
    NO_MEMBER = auto()
    TOO_MANY_INVITATIONS = auto()
    INVITED_TOO_MANY_TODAY = auto()
    INVITED_TOO_OFTEN_TODAY = auto()
    TOO_MANY_COMPANIES_TODAY = auto()
    LAST_OWNER = auto()
    NOT_OPEN = auto()
    OTHER_ADDRESS = auto()


class Refused(Exception):
    """Who belongs to the company stays as it was."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.name)
        self.refusal = refusal


class InvitationState(Enum):
    OPEN = "open"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@transaction.atomic
def create_company(name: str, *, by: Actor) -> Company:
    """Make a company whose only member, an owner, is `by`. Raises Refused if they made too many."""
    _lock_person(by)
    made = Event.objects.filter(
        kind=Event.Kind.COMPANY_CREATED, actor=by.user, created_at__gt=timezone.now() - _DAY
    )
    if by.user and made.count() >= COMPANIES_A_DAY:
        raise Refused(Refusal.TOO_MANY_COMPANIES_TODAY)
    company = Company.objects.create(name=name)
    if by.user:
        Membership.objects.create(company=company, user=by.user, role=Role.OWNER)
    record(Event.Kind.COMPANY_CREATED, company, by=by, name=name)
    return company


@transaction.atomic
def invite(company: Company, email: str, role: Role, *, by: Actor) -> Invitation:
    """Offer `email` to join. An earlier open invitation of the same address is withdrawn."""
    _lock_for_owner(company, by)
    now = timezone.now()
    if Membership.objects.filter(company=company, user__email__iexact=email).exists():
        raise Refused(Refusal.MEMBER_ALREADY)
    for earlier in open_invitations(company, now).filter(email__iexact=email):
        _withdraw(earlier, now, by)
    _keep_within_limits(company, email, now, by)
    invitation = Invitation.objects.create(
        company=company,
        email=email.lower(),
        role=role,
        invited_by=by.user,
        created_at=now,
        expires_at=now + INVITATION_LIFETIME,
    )
    record(
        Event.Kind.MEMBER_INVITED,
        company,
        by=by,
        invitation=invitation.pk,
        email=invitation.email,
        role=role,
    )
    return invitation


@transaction.atomic
def withdraw(invitation: Invitation, *, by: Actor) -> bool:
    """Make an invitation's link useless. False when it was so already."""
    _lock_for_owner(invitation.company, by)
    return _withdraw(invitation, timezone.now(), by)


@transaction.atomic
def accept(invitation: Invitation, *, by: Actor) -> Membership:
    """Have `by` join. Raises Refused unless the invitation is open and for that address."""
    company = invitation.company
    _lock(company)
    now = timezone.now()
    if by.user is None or not is_for(invitation, by.user):
        raise Refused(Refusal.OTHER_ADDRESS)
    if Membership.objects.filter(company=company, user=by.user).exists():
        raise Refused(Refusal.MEMBER_ALREADY)
    if not open_invitations(company, now).filter(pk=invitation.pk).update(accepted_at=now):
        raise Refused(Refusal.NOT_OPEN)
    membership = Membership.objects.create(
        company=company, user=by.user, role=invitation.role, joined_at=now
    )
    record(Event.Kind.MEMBER_JOINED, company, by=by, email=by.user.email, role=invitation.role)
    return membership


@transaction.atomic
def change_role(membership: Membership, role: Role, *, by: Actor) -> bool:
    """Give a member another role. False, and nothing recorded, when it is the same.

    What somebody offered as an owner is withdrawn when they aren't one any more.
    """
    _lock_for_owner(membership.company, by)
    current = _current(membership)
    if current.role == role:
        return False
    _keep_an_owner(current)
    Membership.objects.filter(pk=current.pk).update(role=role)
    record(
        Event.Kind.ROLE_CHANGED,
        membership.company,
        by=by,
        email=current.user.email,
        old=current.role,
        new=role,
    )
    if not role.may_manage_members():
        _withdraw_all_of(current, by)
    return True


@transaction.atomic
def remove(membership: Membership, *, by: Actor) -> None:
    """End a membership, from the person's very next request on. The keys stay as they are."""
    _lock_for_owner(membership.company, by)
    _end(membership, Event.Kind.MEMBER_REMOVED, by)


@transaction.atomic
def leave(membership: Membership, *, by: Actor) -> None:
    """End one's own membership. The last owner can't."""
    _lock(membership.company)
    _end(membership, Event.Kind.MEMBER_LEFT, by)


def is_last_owner(membership: Membership) -> bool:
    """Tell whether the company would be without an owner if this member weren't one."""
    others = Membership.objects.filter(company=membership.company_id, role=Role.OWNER).exclude(
        pk=membership.pk
    )
    return membership.role == Role.OWNER and not others.exists()


def open_invitations(company: Company, now: datetime) -> QuerySet[Invitation]:
    return company.invitation_set.filter(
        accepted_at=None, withdrawn_at=None, expires_at__gt=now
    ).order_by("-created_at", "-pk")


def invitation_state(invitation: Invitation, now: datetime) -> InvitationState:
    if invitation.accepted_at:
        return InvitationState.ACCEPTED
    if invitation.withdrawn_at:
        return InvitationState.WITHDRAWN
    return InvitationState.EXPIRED if invitation.expires_at <= now else InvitationState.OPEN


def is_for(invitation: Invitation, user: User) -> bool:
    return invitation.email.lower() == user.email.lower()


def invitation_link(invitation: Invitation) -> str:
    """Return the address that accepts the invitation. Only a mail to the invited may hold it.

    Whoever has it has shown to read that address's mail; it then counts as confirmed.
    """
    token = _signer().sign(str(invitation.pk))
    return f"{settings.SITE_URL}{reverse('invitation', args=[token])}"


def invitation_of(token: str) -> Invitation | None:
    """Return the invitation, in whichever state, whose link ends in `token`."""
    try:
        pk = int(_signer().unsign(token))
    except (BadSignature, ValueError):
        return None
    return Invitation.objects.select_related("company").filter(pk=pk).first()


def _signer() -> Signer:
    return Signer(salt="api_keys.commerce_account.members.invitation", sep=".")


def _lock(company: Company) -> None:
    # One change at a time to who belongs to a company; see `issuing._lock`.
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)


def _lock_for_owner(company: Company, by: Actor) -> None:
    # Looked at once more: a moment ago another owner may have put `by` out.
    _lock(company)
    owners = Membership.objects.filter(company=company, role=Role.OWNER)
    if by.user and not owners.filter(user=by.user).exists():
        raise Refused(Refusal.NOT_AN_OWNER)


def _lock_person(by: Actor) -> None:
    # What was counted is still true when it is written. Always after the company's lock.
    if by.user:
        User.objects.select_for_update(no_key=True).get(pk=by.user.pk)


def _keep_within_limits(company: Company, email: str, now: datetime, by: Actor) -> None:
    _lock_person(by)
    today = Invitation.objects.filter(created_at__gt=now - _DAY)
    too_many = open_invitations(company, now).count() >= OPEN_INVITATIONS
    if too_many or today.filter(company=company).count() >= INVITATIONS_A_DAY:
        raise Refused(Refusal.TOO_MANY_INVITATIONS)
    if by.user and today.filter(invited_by=by.user).count() >= INVITATIONS_A_DAY:
        raise Refused(Refusal.INVITED_TOO_MANY_TODAY)
    # Not locked: several people who invite the same address at one moment may go beyond it.
    if today.filter(email=email.lower()).count() >= INVITATIONS_TO_AN_ADDRESS_A_DAY:
        raise Refused(Refusal.INVITED_TOO_OFTEN_TODAY)


def _current(membership: Membership) -> Membership:
    current = Membership.objects.select_related("user").filter(pk=membership.pk).first()
    if current is None:
        raise Refused(Refusal.NO_MEMBER)
    return current


def _keep_an_owner(membership: Membership) -> None:
    if is_last_owner(membership):
        raise Refused(Refusal.LAST_OWNER)


def _end(membership: Membership, kind: Event.Kind, by: Actor) -> None:
    current = _current(membership)
    _keep_an_owner(current)
    Membership.objects.filter(pk=current.pk).delete()
    record(kind, membership.company, by=by, email=current.user.email, role=current.role)
    _withdraw_all_of(current, by)


def _withdraw_all_of(inviter: Membership, by: Actor) -> None:
    # Otherwise who was put out would come back by an invitation left open, under another address.
    now = timezone.now()
    for left_open in open_invitations(inviter.company, now).filter(invited_by=inviter.user):
        _withdraw(left_open, now, by)


def _withdraw(invitation: Invitation, now: datetime, by: Actor) -> bool:
    still_open = open_invitations(invitation.company, now).filter(pk=invitation.pk)
    if not still_open.update(withdrawn_at=now):
        return False
    record(
        Event.Kind.INVITATION_WITHDRAWN,
        invitation.company,
        by=by,
        email=invitation.email,
        role=invitation.role,
    )
    return True
