"""The forms of System > Permissions."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.models import Group, Permission, User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from admin_portal.people.models import Role
from admin_portal.people.roles import permissions_of, with_what_they_need
from admin_portal.people.users import NAMES, OWN
from admin_portal.preferences.choosing import language_choices
from admin_portal.resources import RESOURCES, permissions_in
from admin_portal.sign_in.forms import LONGEST_EMAIL, ConfirmedForm, refuse_undeliverable
from admin_portal.typed_text import refuse_control_characters, refuse_keys

_OF_THE_PERSON = ("username", "first_name", "last_name", "email")


def _line(label: Any, longest: int) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        validators=[refuse_control_characters, refuse_keys],
    )


class UserForm(ConfirmedForm):
    """One administrator. `person` is None for a new one."""

    username = forms.CharField(
        label=NAMES["username"],
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    first_name = _line(NAMES["first_name"], 150)
    last_name = _line(NAMES["last_name"], 150)
    email = forms.EmailField(
        label=NAMES["email"],
        max_length=LONGEST_EMAIL,
        validators=[refuse_undeliverable],
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    language = forms.ChoiceField(label=NAMES["language"], required=False)
    is_active = forms.ChoiceField(
        label=NAMES["is_active"], choices=[("1", _("Active")), ("", _("Inactive"))], required=False
    )
    role = forms.ChoiceField(label=NAMES["role"])

    field_order = (*NAMES, "password", "your_password")

    def __init__(self, *args: Any, person: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        own: Any = self.fields
        own["language"].choices = language_choices()
        own["role"].choices = [("", _("Choose a role")), *_roles_for(self.user, person)]
        if person:
            own["password"].help_text = _("Leave it empty to keep the password as it is.")
        else:
            own["password"].help_text = _(
                "Leave it empty to have a link sent by e-mail, with which the user chooses one."
            )
        if person == self.user:
            own["is_active"].disabled = own["role"].disabled = True
            own["role"].required = False  # who came by the command line may have none

    def clean_username(self) -> str:
        name: str = User.normalize_username(self.cleaned_data["username"])
        if _is_among(name, self._others().values_list("username", flat=True)):
            raise ValidationError(_("Another user has this name."))
        return name

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if _is_among(email, self._others().values_list("email", flat=True)):
            raise ValidationError(_("Another user has this e-mail address."))
        return email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if password := cleaned.get("password"):
            as_it_will_be = User(
                pk=self.person.pk if self.person else None,
                password=self.person.password if self.person else "",
                **{name: cleaned.get(name, "") for name in _OF_THE_PERSON},
            )
            try:
                password_validation.validate_password(password, as_it_will_be)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned

    def values(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in NAMES}

    def _others(self) -> Any:
        return User.objects.exclude(pk=self.person.pk if self.person else 0)


class OwnAccountForm(ConfirmedForm):
    """What everybody changes of themselves. Only another address takes the password."""

    first_name = _line(NAMES["first_name"], 150)
    last_name = _line(NAMES["last_name"], 150)
    email = forms.EmailField(
        label=NAMES["email"], max_length=LONGEST_EMAIL, validators=[refuse_undeliverable]
    )

    field_order = (*OWN, "your_password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            # The first administrator has neither name nor address, and need not have one.
            field.required = bool(self.initial.get(name))
        self.fields["your_password"].help_text = _("Only to change your e-mail address.")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        others = User.objects.exclude(pk=self.user.pk).values_list("email", flat=True)
        if email and _is_among(email, others):
            raise ValidationError(_("Another user has this e-mail address."))
        return email

    def clean_your_password(self) -> str:
        if self.cleaned_data.get("email", self.user.email) == self.user.email:
            return ""
        if not self.cleaned_data["your_password"]:
            raise ValidationError(_("Your password is needed to change your e-mail address."))
        return super().clean_your_password()

    def values(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in OWN}


class RoleForm(ConfirmedForm):
    """One role. `role` is None for a new one."""

    name = _line(_("Role name"), 150)
    access = forms.ChoiceField(
        label=_("Resource access"),
        choices=[("all", _("All")), ("custom", _("Custom"))],
        help_text=_("All: also what later versions add."),
    )
    resources = forms.MultipleChoiceField(
        label=_("Resources"),
        required=False,
        choices=[(permission, permission) for permission in permissions_in(RESOURCES)],
    )

    field_order = ("name", "access", "resources", "your_password")

    def __init__(self, *args: Any, role: Role | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role = role

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Group.objects.exclude(pk=self.role.pk if self.role else 0)
        if _is_among(name, others.values_list("name", flat=True)):
            raise ValidationError(_("Another role has this name."))
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("access") == "custom" and not cleaned.get("resources"):
            self.add_error("resources", _("Choose at least one resource."))
        return cleaned

    @property
    def has_all(self) -> bool:
        return bool(self.cleaned_data["access"] == "all")

    @property
    def chosen(self) -> frozenset[str]:
        """Return which boxes of the tree are ticked."""
        ticked = self["resources"].value() or []
        return with_what_they_need(ticked)


def values_of_role(role: Role) -> dict[str, Any]:
    """Return what the form shows of a role, and what a page notes as seen."""
    permissions = [] if role.has_all else sorted(permissions_of(role))
    access = "all" if role.has_all else "custom"
    return {"name": role.group.name, "access": access, "resources": permissions}


def _is_among(text: str, others: Iterable[str]) -> bool:
    """Tell whether a text is among others, whatever its case and width. SQLite knows ASCII's."""
    return _folded(text) in {_folded(other) for other in others}


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _roles_for(actor: User, person: User | None) -> list[tuple[str, str]]:
    """Return the roles that `actor` may give, and the one that the person has. One query."""
    roles = Role.objects.order_by("group__name")
    if not actor.is_superuser:
        own = Permission.objects.filter(Q(group__user=actor) | Q(user=actor))
        granted = Group.permissions.through.objects.filter(group=OuterRef("group"))
        shown = Q(~Exists(granted.exclude(permission__in=own)), has_all=False)
        if person:
            shown |= Q(group__in=person.groups.all())
        roles = roles.filter(shown)
    return [(str(pk), name) for pk, name in roles.values_list("pk", "group__name")]
