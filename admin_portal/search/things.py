"""What there is to find: pages with their fields and actions, as the menu has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.db import models
from django.forms import Field
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from admin_portal.action_log.actions import Action as LoggedAction
from admin_portal.help.screens import help_about
from admin_portal.menu import HEADER, Link, allowed_links, entries_for, permission_for
from api_keys.store_configuration.forms import ApiKeysForm, key_field
from api_keys.store_configuration.global_settings import GlobalSettingsForm
from api_keys.store_configuration.held_keys import held_keys

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

FIELDS: Mapping[str, Mapping[str, Field]] = {
    "api_keys": ApiKeysForm.base_fields,
    "global_settings": GlobalSettingsForm.base_fields,
}
"""Of each configuration page; they are found by their labels."""


class Kind(models.TextChoices):
    """In the order in which the page shows them."""

    PAGE = "page", _("Pages")
    FIELD = "field", _("Configuration fields")
    ACTION = "action", _("Actions")
    USER = "user", _("Users")
    RECORDS = "records", _("Action log")
    HELP = "help", _("Help")


@dataclass(frozen=True)
class Thing:
    """One thing to find, and where it is. `words` are found as well, but not shown."""

    kind: Kind
    title: StrPromise | str
    trail: tuple[StrPromise | str, ...]
    url: str
    words: tuple[StrPromise | str, ...] = ()


def things_for(user: User) -> Iterator[Thing]:
    """Return everything that this user may open, each once."""
    for entry in entries_for(user):
        if entry.link:
            yield from _on_page(entry.link, (), user)
        for group in entry.groups:
            for link in group.links:
                yield from _at(link, (entry.title, group.title), user)
    for link in allowed_links(HEADER, user):
        yield from _on_page(link, (), user)
    yield from _people_for(user)
    yield from _records_for(user)


def _people_for(user: User) -> Iterator[Thing]:
    if not user.has_perm(permission_for("all_users")):
        return
    columns = ("pk", "username", "first_name", "last_name", "email")
    for pk, *names in User.objects.order_by("username").values_list(*columns):
        trail = (_("System"), _("Permissions"), _("All Users"))
        yield Thing(Kind.USER, names[0], trail, reverse("user", args=[pk]), (" ".join(names[1:]),))


def _records_for(user: User) -> Iterator[Thing]:
    """Return where the log shows every action of a kind: its rows are for the log's own filters."""
    if not user.has_perm(permission_for("action_report")):
        return
    trail = (_("System"), _("Action Logs"), _("Report"))
    for value, label in LoggedAction.choices:
        url = f"{reverse('action_report')}?{urlencode({'action': value})}"
        yield Thing(Kind.RECORDS, label, trail, url)


def _at(link: Link, trail: tuple[StrPromise | str, ...], user: User) -> Iterator[Thing]:
    yield from _on_page(link, trail, user)
    for group in link.sections:
        for section in group.links:
            yield from _at(section, (*trail, link.title, group.title), user)


def _on_page(link: Link, trail: tuple[StrPromise | str, ...], user: User) -> Iterator[Thing]:
    yield Thing(Kind.PAGE, link.title, trail, reverse(link.url_name))
    if link.sections:
        return
    if about := help_about(link.url_name):
        yield Thing(Kind.HELP, about.title, (*trail, _("Help")), about.url)
    below = (*trail, link.title)
    if link.url_name in FIELDS:
        marks = _marks_of_keys() if link.url_name == "api_keys" else {}
        for name, field in FIELDS[link.url_name].items():
            words = (field.help_text, *marks.get(name, ()))
            url = f"{reverse(link.url_name)}#id_{name}"
            yield Thing(Kind.FIELD, field.label or name, below, url, words)
    for action in link.actions:
        if not action.permission or user.has_perm(action.permission):
            anchor = f"#{action.anchor}" if action.anchor else ""
            url = reverse(action.url_name) + anchor
            yield Thing(Kind.ACTION, action.title, below, url, (action.words,))


def _marks_of_keys() -> dict[str, tuple[str, ...]]:
    """Return what people call the key by that each field holds: its fingerprint, and its end."""
    return {
        key_field(environment): (held.fingerprint, held.last_four)
        for environment, held in held_keys().items()
        if held
    }
