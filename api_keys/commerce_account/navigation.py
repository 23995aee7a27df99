"""What the frame of every page under My Account shows: the company, the others, the entries."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest

from api_keys.commerce_account.models import Company, Membership


def my_account(request: HttpRequest) -> dict[str, Any]:
    """Give templates the company of the page, and those one may change over to.

    A context processor. Both are lazy: pages without the frame cost no query.
    """
    membership: Membership | None = getattr(request, "membership", None)
    if membership is None or not isinstance(request.user, User):
        return {}
    return {
        "membership": membership,
        "company": membership.company,
        "other_companies": Company.objects.filter(members=request.user)
        .exclude(pk=membership.company_id)
        .order_by("name", "pk"),
    }
