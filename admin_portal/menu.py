"""The sidebar and the configuration sections, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


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
        (Link(_("Magento Services"), "api_keys", "store_configuration.view_storedkey"),),
    ),
)

SIDEBAR = (
    Entry(_("Dashboard"), "home", link=Link(_("Dashboard"), "dashboard")),
    Entry(
        _("Marketing"),
        "megaphone",
        groups=(Group(_("Channels"), (Link(_("Amazon Sales Channel"), "amazon_channel:home"),)),),
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
                (Link(_("Locked Users"), "locked_users", "people.manage_permissions"),),
            ),
            Group(
                _("Action Logs"),
                (
                    Link(
                        _("Key verifications"),
                        "key_verifications",
                        "store_configuration.view_verificationrecord",
                    ),
                ),
            ),
            Group(
                _("Tools"),
                (
                    Link(
                        _("Service connection"),
                        "service_connection",
                        "store_configuration.view_storedkey",
                    ),
                ),
            ),
        ),
    ),
)
