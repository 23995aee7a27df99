"""System > Permissions > User Roles."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from admin_portal.actors import actor_of
from admin_portal.people import roles
from admin_portal.people.forms import RoleForm, values_of_role
from admin_portal.people.models import Role
from admin_portal.people.views.guarding import (
    ask_first,
    begin,
    for_managers,
    note_of,
    one_at_a_time,
    seen_in,
)
from admin_portal.requests import AuthenticatedRequest
from admin_portal.resources import RESOURCES, path_to

MOST_SHOWN = 20
"""People of a role, by name on its page."""


@for_managers
def user_roles(request: AuthenticatedRequest) -> HttpResponse:
    listed = Role.objects.select_related("group").annotate(people=Count("group__user"))
    context = {"roles": listed.order_by("group__name")}
    return render(request, "people/user_roles.html", context)


@for_managers
@one_at_a_time
def new_role(request: AuthenticatedRequest) -> HttpResponse:
    initial, _seen = begin(request, RoleForm, {"access": "custom"}, role=None)
    form = RoleForm(request.POST or None, user=request.user, role=None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            roles.create_role(
                form.cleaned_data["name"],
                has_all=form.has_all,
                permissions=form.cleaned_data["resources"],
                by=actor_of(request),
            )
        except roles.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("You saved the role."))
            return redirect("user_roles")
    return _render(request, form, None, "")


@for_managers
@one_at_a_time
def role(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    kept = _role_or_404(pk)
    now = values_of_role(kept)
    if request.method == "POST":
        return _save(request, kept, now)
    initial, seen = begin(request, RoleForm, now, role=kept)
    return _render(request, RoleForm(user=request.user, role=kept, initial=initial), kept, seen)


@for_managers
def delete_role(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    kept = _role_or_404(pk)
    return ask_first(
        request,
        do=partial(roles.delete_role, kept, by=actor_of(request)),
        question=_("Delete the role %s?") % kept,
        explanation=_("Nobody may have it any more."),
        button=_("Delete role"),
        done=_("You deleted the role."),
        back=reverse("role", args=[pk]),
        then="user_roles",
    )


def _role_or_404(pk: int) -> Role:
    # Not by `pk`: a reference is looked for even by a number too large for the database.
    return get_object_or_404(Role.objects.select_related("group"), group__id=pk)


def _save(request: AuthenticatedRequest, kept: Role, now: dict[str, Any]) -> HttpResponse:
    form = RoleForm(request.POST, user=request.user, role=kept, initial=now)
    seen = seen_in(request, now)
    if form.is_valid() and seen != now:
        form.add_error(None, _what_changed(seen, now))
    elif form.is_valid():
        try:
            roles.change_role(
                kept,
                name=form.cleaned_data["name"],
                has_all=form.has_all,
                permissions=form.cleaned_data["resources"],
                by=actor_of(request),
            )
        except roles.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("You saved the role."))
            return redirect("role", pk=kept.pk)
    return _render(request, form, kept, note_of(now))


def _what_changed(seen: dict[str, Any], now: dict[str, Any]) -> str:
    """Tell what somebody else made of the role since it was seen."""
    told = {}
    if now["name"] != seen.get("name"):
        told[_("Role name")] = now["name"]
    if any(now[part] != seen.get(part) for part in ("access", "resources")):
        titles = [str(path_to(permission)[-1].title) for permission in now["resources"]]
        told[_("Resources")] = ", ".join(titles) or _("All")
    return _(
        "Somebody changed this role while you had the page open (%(told)s). Nothing was saved. Look"
        " at your entries below, and save once more if they should replace that."
    ) % {"told": "; ".join(f"{name}: {value}" for name, value in told.items())}


def _render(
    request: AuthenticatedRequest, form: RoleForm, kept: Role | None, seen: str
) -> HttpResponse:
    people = User.objects.filter(groups__role=kept).order_by("username")
    context = {
        "form": form,
        "role": kept,
        "resources": RESOURCES,
        "chosen": form.chosen,
        "seen": seen,
        "people": people[:MOST_SHOWN],
        "number_of_people": people.count(),
    }
    return render(request, "people/role.html", context)
