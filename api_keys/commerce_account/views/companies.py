"""Companies: making one, for a person who belongs to none or wants another."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from admin_portal.actors import actor_of
from admin_portal.requests import AuthenticatedRequest
from api_keys.commerce_account.access import FORM_METHODS
from api_keys.commerce_account.company_forms import CompanyForm
from api_keys.commerce_account.members import Refused, create_company
from api_keys.commerce_account.models import Company
from api_keys.commerce_account.views.members import explain


@require_http_methods(FORM_METHODS)
@never_cache
def new_company(request: AuthenticatedRequest) -> HttpResponse:
    """Ask for the company's name; whoever makes it owns it."""
    form = CompanyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            company = create_company(form.cleaned_data["name"], by=actor_of(request))
            return redirect("keys", company.pk)
        except Refused as refused:
            form.add_error("name", explain(refused.refusal))
    is_first = not Company.objects.filter(members=request.user).exists()
    context = {"form": form, "is_first": is_first}
    return render(request, "commerce_account/new_company.html", context)
