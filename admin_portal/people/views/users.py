"""System > Permissions > All Users."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from admin_portal.actors import actor_of
from admin_portal.people import users
from admin_portal.people.forms import UserForm
from admin_portal.people.models import Role
from admin_portal.people.roles import Refused
from admin_portal.people.views.guarding import (
    ask_first,
    begin,
    for_managers,
    note_of,
    one_at_a_time,
    seen_in,
)
from admin_portal.requests import AuthenticatedRequest
from admin_portal.sign_in.second_factors import has_second_factor, second_factors
from admin_portal.sign_in.sessions import stay_signed_in

ON_A_PAGE = 50

ORDERS: dict[str, list[Any]] = {
    "name": ["username"],
    "last_name": ["last_name", "first_name", "username"],
    "newest": ["-pk"],
    "seen": [F("last_login").desc(nulls_last=True), "username"],
}


class FilterForm(forms.Form):
    """By GET; a field that can't be read doesn't count."""

    q = forms.CharField(
        label=gettext_lazy("Name or email"),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    role = forms.ChoiceField(label=gettext_lazy("User Role"), required=False)
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("active", gettext_lazy("Active")),
            ("inactive", gettext_lazy("Inactive")),
        ],
    )
    sort = forms.ChoiceField(
        label=gettext_lazy("Sort by"),
        required=False,
        choices=[
            ("name", gettext_lazy("Username")),
            ("last_name", gettext_lazy("Last Name")),
            ("seen", gettext_lazy("Last sign-in, latest first")),
            ("newest", gettext_lazy("Newest first")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = Role.objects.order_by("group__name").values_list("pk", "group__name")
        role: Any = self.fields["role"]
        role.choices = [("", _("All")), *((str(pk), name) for pk, name in named)]


@for_managers
def all_users(request: AuthenticatedRequest) -> HttpResponse:
    form = FilterForm(request.GET, label_suffix="")
    form.is_valid()  # whatever isn't, is left out, and says so
    chosen = form.cleaned_data
    found = _chosen(chosen).order_by(*ORDERS[chosen.get("sort") or "name"])
    context = {
        "form": form,
        "page": Paginator(found, ON_A_PAGE).get_page(request.GET.get("page")),
        "is_searched": any(value for name, value in chosen.items() if name != "sort"),
    }
    return render(request, "people/all_users.html", context)


@for_managers
@one_at_a_time
def new_user(request: AuthenticatedRequest) -> HttpResponse:
    initial, _seen = begin(request, UserForm, {"is_active": "1"}, person=None)
    form = UserForm(request.POST or None, user=request.user, person=None, initial=initial)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["password"]
        try:
            users.create_user(form.values(), password, by=actor_of(request))
        except Refused as refusal:
            form.add_error("role", str(refusal))
        else:
            messages.success(request, _("You saved the user."))
            return redirect("all_users")
    return render(request, "people/user.html", {"form": form, "person": None})


@for_managers
@one_at_a_time
def user(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    now = users.values_of(person)
    if request.method == "POST":
        return _save(request, person, now)
    initial, seen = begin(request, UserForm, now, person=person)
    form = UserForm(user=request.user, person=person, initial=initial)
    return _render(request, form, person, seen)


@for_managers
def delete_user(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    return ask_first(
        request,
        do=partial(users.delete_user, person, by=actor_of(request)),
        question=_("Delete the user %s?") % person.username,
        explanation=_("They are signed out at once. What they did stays in the Action Log."),
        button=_("Delete user"),
        done=_("You deleted the user."),
        back=reverse("user", args=[pk]),
        then="all_users",
    )


@for_managers
def reset_factors(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    return ask_first(
        request,
        do=partial(users.reset_factors, person, by=actor_of(request)),
        question=_("Reset the second factors of %s?") % person.username,
        explanation=_(
            "Their authenticator app, passkeys and recovery codes stop working, and they are"
            " signed out. Make sure that it is really them who ask for it."
        ),
        button=_("Reset second factors"),
        done=_("You reset the second factors."),
        back=reverse("user", args=[pk]),
        then=reverse("user", args=[pk]),
    )


@for_managers
def sign_out_user(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    return ask_first(
        request,
        do=partial(users.sign_out, person, by=actor_of(request)),
        question=_("Sign %s out everywhere?") % person.username,
        explanation=_("They may sign in again. What they were typing is lost."),
        button=_("Sign out everywhere"),
        done=_("They are signed out everywhere."),
        back=reverse("user", args=[pk]),
        then=reverse("user", args=[pk]),
    )


def _save(request: AuthenticatedRequest, person: User, now: dict[str, str]) -> HttpResponse:
    form = UserForm(request.POST, user=request.user, person=person, initial=now)
    seen = seen_in(request, now)
    if form.is_valid():
        try:
            users.change_user(
                person,
                form.values(),
                form.cleaned_data["password"],
                seen=seen,
                by=actor_of(request),
            )
        except users.Changed as changed:
            form.add_error(None, users.what_changed(changed))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            if person == request.user and form.cleaned_data["password"]:
                stay_signed_in(request)
            messages.success(request, _("You saved the user."))
            return redirect("user", pk=person.pk)
    return _render(request, form, person, note_of(now))


def _render(request: AuthenticatedRequest, form: UserForm, person: User, seen: str) -> HttpResponse:
    context = {
        "form": form,
        "person": person,
        "seen": seen,
        "has_two_factors": has_second_factor(person),
        "is_oneself": person == request.user,
    }
    return render(request, "people/user.html", context)


def _chosen(chosen: dict[str, Any]) -> QuerySet[User]:
    found = User.objects.annotate(
        has_two_factors=Exists(second_factors().filter(user=OuterRef("pk")))
    ).prefetch_related("groups")
    for word in (chosen.get("q") or "").split():
        found = found.filter(
            Q(username__icontains=word)
            | Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(email__icontains=word)
        )
    if chosen.get("role"):
        found = found.filter(groups=chosen["role"])
    if chosen.get("status"):
        found = found.filter(is_active=chosen["status"] == "active")
    return found
