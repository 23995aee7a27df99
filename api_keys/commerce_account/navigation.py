"""What the frame of every page under My Account shows: the company, the others, the entries."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest

from api_keys.commerce_account.models import Company, Membership

_MEMBERS = ["members", "change_role", "remove_member", "leave_company", "withdraw_invitation"]
_AREAS = {"history": "history"} | dict.fromkeys(_MEMBERS, "members")


def my_account(request: HttpRequest) -> dict[str, Any]:
    """Give templates the company of the page, and those one may change over to.

    A context processor. `area` names the list that the page belongs to: changing over to another
    company leads to the same list there. The companies are lazy: pages without the frame cost no
    query.
    """
    membership: Membership | None = getattr(request, "membership", None)
    if membership is None or not isinstance(request.user, User):
        return {}
    view = request.resolver_match.url_name if request.resolver_match else ""
    return {
        "membership": membership,
        "company": membership.company,
        "area": _AREAS.get(view or "", "keys"),
        "other_companies": Company.objects.filter(members=request.user)
        .exclude(pk=membership.company_id)
        .order_by("name", "pk"),
    }
