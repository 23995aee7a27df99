"""The sidebar and the configuration sections, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Link:
    """One page. `permission` is Django's "app.codename"; empty: everyone who is signed in."""

    title: StrPromise
    url_name: str
    permission: str = ""


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
                (Link(_("Configuration"), "api_keys", "store_configuration.view_storedkey"),),
            ),
        ),
    ),
    Entry(
        _("System"),
        "cog-6-tooth",
        groups=(
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

CONFIGURATION = (
    Group(
        _("Services"),
        (Link(_("Magento Services"), "api_keys", "store_configuration.view_storedkey"),),
    ),
)
