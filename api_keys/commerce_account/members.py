"""Companies and who belongs to them. Nothing else writes memberships and invitations."""

from django.db import transaction

from api_keys.commerce_account.history import Actor, record
from api_keys.commerce_account.models import Company, Event, Membership, Role


@transaction.atomic
def create_company(name: str, *, by: Actor) -> Company:
    """Make a company whose only member, an owner, is `by`."""
    company = Company.objects.create(name=name)
    if by.user:
        Membership.objects.create(company=company, user=by.user, role=Role.OWNER)
    record(Event.Kind.COMPANY_CREATED, company, by=by, name=name)
    return company
