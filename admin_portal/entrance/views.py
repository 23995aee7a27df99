"""System > Permissions > Locked Users."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from admin_portal.access import permission_required
from admin_portal.actors import actor_of
from admin_portal.entrance import lock_out
from admin_portal.requests import AuthenticatedRequest

MANAGE = "people.manage_permissions"


class UnlockForm(forms.Form):
    users = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=gettext_lazy("Users to unlock"),
        error_messages={"required": gettext_lazy("Choose whom to unlock.")},
    )
    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.user = user
        locked: Any = self.fields["users"]
        locked.queryset = User.objects.filter(guarded__lock__in=lock_out.active_locks()).distinct()

    def clean_password(self) -> str:
        given: str = self.cleaned_data["password"]
        if not get_adapter().reauthenticate(self.user, given):
            raise get_adapter().validation_error("enter_current_password")
        return given


@permission_required(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password")
def locked_users(request: AuthenticatedRequest) -> HttpResponse:
    form = UnlockForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        for user in form.cleaned_data["users"]:
            if lock_out.unlock(user, by=actor_of(request)):
                messages.success(request, _("%s may sign in again.") % user.get_username())
        return redirect("locked_users")
    locks = lock_out.active_locks().select_related("guarded__user").order_by("-since", "pk")
    context = {"form": form, "locks": locks, "chosen": request.POST.getlist("users")}
    return render(request, "entrance/locked_users.html", context)
