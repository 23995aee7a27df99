"""What the Admin can do, as a tree that roles choose from. A page or an action has a permission."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from admin_portal.access import (
    MANAGE_PERMISSIONS,
    OPEN_CHANNEL,
    USE_TOOLS,
    VIEW_DASHBOARD,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Resource:
    """One line of the tree. `permission` is Django's "app.codename"; a mere heading has none.

    Whoever may do what lies below may also do what stands above it.
    """

    title: StrPromise
    permission: str = ""
    children: tuple[Resource, ...] = ()


RESOURCES = (
    Resource(_("Dashboard"), VIEW_DASHBOARD),
    Resource(
        _("Marketing"),
        children=(
            Resource(
                _("Channels"),
                children=(Resource(_("Amazon Sales Channel"), OPEN_CHANNEL),),
            ),
        ),
    ),
    Resource(
        _("Stores"),
        children=(
            Resource(
                _("Configuration"),
                children=(
                    Resource(
                        _("Sales Channels"),
                        children=(
                            Resource(
                                _("Global Settings"),
                                "store_configuration.view_globalsettings",
                                (
                                    Resource(
                                        _("Save Global Settings"),
                                        "store_configuration.change_globalsettings",
                                    ),
                                ),
                            ),
                        ),
                    ),
                    Resource(
                        _("Services"),
                        children=(
                            Resource(
                                _("Magento Services"),
                                "store_configuration.view_storedkey",
                                (
                                    Resource(
                                        _("Save API keys"),
                                        "store_configuration.change_storedkey",
                                    ),
                                ),
                            ),
                        ),
                    ),
                ),
            ),
        ),
    ),
    Resource(
        _("System"),
        children=(
            Resource(_("Tools"), USE_TOOLS),
            Resource(_("Permissions"), MANAGE_PERMISSIONS),
            Resource(
                _("Action Logs"),
                children=(
                    Resource(_("Report"), "action_log.view_actionrecord"),
                    Resource(_("Key verifications"), "store_configuration.view_verificationrecord"),
                ),
            ),
        ),
    ),
)


def path_to(permission: str, among: tuple[Resource, ...] = RESOURCES) -> tuple[Resource, ...]:
    """Return the resource with that permission below its headings; nothing where there is none."""
    for resource in among:
        if resource.permission == permission:
            return (resource,)
        if below := path_to(permission, resource.children):
            return (resource, *below)
    return ()


def permissions_in(resources: tuple[Resource, ...]) -> Iterator[str]:
    for resource in resources:
        if resource.permission:
            yield resource.permission
        yield from permissions_in(resource.children)
