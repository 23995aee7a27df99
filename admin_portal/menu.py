"""The sidebar and the configuration sections, as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from admin_portal.access import (
    MANAGE_PERMISSIONS,
    OPEN_CHANNEL,
    USE_TOOLS,
    VIEW_DASHBOARD,
    HasPermissions,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Action:
    """Something to do on a page, for those who find it by what they want to do.

    `permission` is needed beyond the page's own; `anchor` is the element of the page that it is
    done with; `words` are other names of it.
    """

    title: StrPromise
    url_name: str
    permission: str = ""
    anchor: str = ""
    words: StrPromise | str = ""


@dataclass(frozen=True)
class Link:
    """One page. `permission` is Django's "app.codename"; empty: everyone who is signed in.

    Where a page has `sections`, their permissions count instead: it opens with `url_name` for those
    who may, and for others with the first section that they may open.
    """

    title: StrPromise
    url_name: str
    permission: str = ""
    sections: tuple[Group, ...] = ()
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True)
class Group:
    title: StrPromise
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Entry:
    """One icon of the sidebar: a page of its own (`link`), or a panel of groups."""

    title: StrPromise
    icon: str
    link: Link | None = None
    groups: tuple[Group, ...] = ()


CONFIGURATION = (
    Group(
        _("Sales Channels"),
        (Link(_("Global Settings"), "global_settings", "store_configuration.view_globalsettings"),),
    ),
    Group(
        _("Services"),
        (
            Link(
                _("Magento Services"),
                "api_keys",
                "store_configuration.view_storedkey",
                actions=(
                    Action(
                        _("Replace an API key"),
                        "api_keys",
                        "store_configuration.change_storedkey",
                        anchor="id_production_api_key",
                        words=_("add store roll rotate renew remove delete"),
                    ),
                ),
            ),
        ),
    ),
)

SIDEBAR = (
    Entry(_("Dashboard"), "home", link=Link(_("Dashboard"), "dashboard", VIEW_DASHBOARD)),
    Entry(
        _("Marketing"),
        "megaphone",
        groups=(
            Group(
                _("Channels"),
                (Link(_("Amazon Sales Channel"), "amazon_channel:home", OPEN_CHANNEL),),
            ),
        ),
    ),
    Entry(
        _("Stores"),
        "building-storefront",
        groups=(
            Group(
                _("Settings"),
                (Link(_("Configuration"), "api_keys", sections=CONFIGURATION),),
            ),
        ),
    ),
    Entry(
        _("System"),
        "cog-6-tooth",
        groups=(
            Group(
                _("Permissions"),
                (
                    Link(
                        _("All Users"),
                        "all_users",
                        MANAGE_PERMISSIONS,
                        actions=(
                            Action(
                                _("Add New User"),
                                "new_user",
                                words=_("create invite administrator colleague"),
                            ),
                        ),
                    ),
                    Link(_("Locked Users"), "locked_users", MANAGE_PERMISSIONS),
                    Link(
                        _("User Roles"),
                        "user_roles",
                        MANAGE_PERMISSIONS,
                        actions=(
                            Action(
                                _("Add New Role"),
                                "new_role",
                                words=_("create permissions resources access"),
                            ),
                        ),
                    ),
                ),
            ),
            Group(
                _("Action Logs"),
                (
                    Link(
                        _("Report"),
                        "action_report",
                        "action_log.view_actionrecord",
                        actions=(
                            Action(
                                _("Export the report of actions as CSV"),
                                "action_report",
                                anchor="export",
                                words=_("download spreadsheet audit log history who did"),
                            ),
                        ),
                    ),
                    Link(
                        _("Key verifications"),
                        "key_verifications",
                        "store_configuration.view_verificationrecord",
                        actions=(
                            Action(
                                _("Export key verifications as CSV"),
                                "key_verifications",
                                anchor="export",
                                words=_("download spreadsheet log"),
                            ),
                        ),
                    ),
                ),
            ),
            Group(
                _("Tools"),
                (
                    Link(
                        _("Service connection"),
                        "service_connection",
                        USE_TOOLS,
                        actions=(
                            Action(
                                _("Test the service connection"),
                                "service_connection",
                                anchor="run",
                                words=_("run diagnose network support bundle"),
                            ),
                        ),
                    ),
                ),
            ),
        ),
    ),
)

HEADER = (
    Link(
        _("Account Setting"),
        "account_setting",
        actions=(
            Action(_("Change your name or e-mail address"), "account_setting"),
            Action(
                _("Choose your language and time zone"), "own_language", words=_("locale clock")
            ),
        ),
    ),
    Link(
        _("Security"),
        "mfa_index",
        actions=(
            Action(
                _("Set up a second factor"),
                "mfa_index",
                words=_("two-factor authenticator app passkey recovery codes"),
            ),
            Action(_("Change your password"), "account_change_password"),
        ),
    ),
    Link(
        _("Sessions"),
        "usersessions_list",
        actions=(Action(_("Sign out the other sessions"), "usersessions_list"),),
    ),
    Link(
        _("Notifications"),
        "notifications",
        actions=(
            Action(
                _("Mark notifications as read"), "notifications", words=_("unread bell messages")
            ),
        ),
    ),
)
"""What the header leads to, at the top right."""


def entries_for(user: HasPermissions) -> list[Entry]:
    """Return the sidebar as it is for this user: only what they may open."""
    entries = []
    for entry in SIDEBAR:
        link = _shown(entry.link, user) if entry.link else None
        groups = allowed(entry.groups, user)
        if link or groups:
            entries.append(replace(entry, link=link, groups=groups))
    return entries


def first_page_for(user: HasPermissions) -> str | None:
    """Return the name of the first page in the sidebar that the user may open, if there is one."""
    for entry in entries_for(user):
        for link in (entry.link, *links_below(entry.groups)):
            if link:
                return link.url_name
    return None


def allowed(groups: tuple[Group, ...], user: HasPermissions) -> tuple[Group, ...]:
    """Return the groups with the links that this user may open, without empty ones."""
    kept = (replace(group, links=allowed_links(group.links, user)) for group in groups)
    return tuple(group for group in kept if group.links)


def allowed_links(links: tuple[Link, ...], user: HasPermissions) -> tuple[Link, ...]:
    return tuple(shown for link in links if (shown := _shown(link, user)))


def permission_for(url_name: str) -> str:
    """Return the permission that a page needs; empty where the menu names none."""
    links = [entry.link for entry in SIDEBAR if entry.link]
    links += [link for entry in SIDEBAR for link in links_below(entry.groups) if not link.sections]
    return next((link.permission for link in links if link.url_name == url_name), "")


def links_below(groups: tuple[Group, ...]) -> Iterator[Link]:
    for group in groups:
        for link in group.links:
            yield link
            yield from links_below(link.sections)


def _shown(link: Link, user: HasPermissions) -> Link | None:
    """Return the link as it is for this user; None when there is nothing for them to open."""
    if link.sections:
        sections = allowed(link.sections, user)
        pages = [page.url_name for page in links_below(sections)]
        first = link.url_name if link.url_name in pages else next(iter(pages), None)
        return replace(link, url_name=first, sections=sections) if first else None
    return link if not link.permission or user.has_perm(link.permission) else None
