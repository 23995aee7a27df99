"""Which help belongs to which page. Each has its text in `templates/help/<slug>.html`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from admin_portal.menu import permission_for

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Help:
    """`views` are the names of the pages it explains. It opens for whom the first of them does."""

    slug: str
    title: StrPromise
    views: tuple[str, ...]

    @cached_property
    def url(self) -> str:
        return reverse("help", args=[self.slug])

    @cached_property
    def permission(self) -> str:
        return permission_for(self.views[0])


HELP = (
    Help("dashboard", _("Dashboard"), ("dashboard",)),
    Help("search", _("Search"), ("search",)),
    Help("notifications", _("Notifications"), ("notifications",)),
    Help(
        "amazon-sales-channel",
        _("Amazon Sales Channel"),
        ("amazon_channel:home", "amazon_channel:welcome"),
    ),
    Help("magento-services", _("Magento Services"), ("api_keys", "remove_api_key")),
    Help("global-settings", _("Global Settings"), ("global_settings",)),
    Help("report", _("Report"), ("action_report", "action_record")),
    Help("key-verifications", _("Key verifications"), ("key_verifications",)),
    Help("service-connection", _("Service connection"), ("service_connection",)),
    Help(
        "security",
        _("Security"),
        (
            "mfa_index",
            "mfa_activate_totp",
            "mfa_add_webauthn",
            "mfa_deactivate_totp",
            "mfa_edit_webauthn",
            "mfa_generate_recovery_codes",
            "mfa_remove_webauthn",
            "mfa_view_recovery_codes",
            "account_change_password",
            "account_reauthenticate",
            "mfa_reauthenticate",
            "mfa_reauthenticate_webauthn",
        ),
    ),
    Help(
        "users",
        _("All Users"),
        ("all_users", "new_user", "user", "delete_user", "reset_factors", "sign_out_user"),
    ),
    Help("user-roles", _("User Roles"), ("user_roles", "new_role", "role", "delete_role")),
    Help("account-setting", _("Account Setting"), ("account_setting", "own_language")),
    Help("sessions", _("Sessions"), ("usersessions_list", "back_again")),
    Help("locked-users", _("Locked Users"), ("locked_users",)),
)

_BY_VIEW = {view: each for each in HELP for view in each.views}
_BY_SLUG = {each.slug: each for each in HELP}


def help_about(view_name: str) -> Help | None:
    return _BY_VIEW.get(view_name)


def help_called(slug: str) -> Help | None:
    return _BY_SLUG.get(slug)
