"""System > Permissions > Locked Users."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from admin_portal.access import MANAGE_PERMISSIONS, permission_required
from admin_portal.actors import actor_of
from admin_portal.entrance import lock_out
from admin_portal.requests import AuthenticatedRequest
from admin_portal.sign_in.forms import ConfirmedForm


class UnlockForm(ConfirmedForm):
    users = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=gettext_lazy("Users to unlock"),
        error_messages={"required": gettext_lazy("Choose whom to unlock.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        locked: Any = self.fields["users"]
        locked.queryset = User.objects.filter(guarded__lock__in=lock_out.active_locks()).distinct()


@permission_required(MANAGE_PERMISSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("your_password")
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
