"""What administrators do, in the words of the record. A value, once used, is never used anew."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Group(models.TextChoices):
    SIGN_IN = "sign_in", _("Sign-in")
    OWN_ACCOUNT = "own_account", _("Own account")
    PAGES = "pages", _("Pages")
    CONFIGURATION = "configuration", _("Configuration")
    USERS = "users", _("Users")
    ROLES = "roles", _("User roles")
    NOTIFICATIONS = "notifications", _("Notifications")
    EXPORTS = "exports", _("Exports")


class Action(models.TextChoices):
    """The part before the dot is the action's group."""

    SIGNED_IN = "sign_in.signed_in", _("Signed in")
    SIGN_IN_FAILED = "sign_in.failed", _("Sign-in failed")
    SECOND_STEP_FAILED = "sign_in.second_step_failed", _("Second step failed")
    CONFIRMATION_FAILED = "sign_in.confirmation_failed", _("Own password not confirmed")
    SIGNED_OUT = "sign_in.signed_out", _("Signed out")
    ACCOUNT_LOCKED = "sign_in.locked", _("Account locked")
    RESET_ASKED = "sign_in.reset_asked", _("Password reset asked for")
    PASSWORD_RESET = "sign_in.password_reset", _("Password reset")
    PASSWORD_CHANGED = "own_account.password_changed", _("Password changed")
    ACCOUNT_CHANGED = "own_account.changed", _("Account setting changed")
    FACTOR_ADDED = "own_account.factor_added", _("Second factor added")
    FACTOR_REMOVED = "own_account.factor_removed", _("Second factor removed")
    RECOVERY_CODES_MADE = "own_account.recovery_codes_made", _("Recovery codes made")
    RECOVERY_CODE_USED = "own_account.recovery_code_used", _("Recovery code used")
    SESSIONS_ENDED = "own_account.sessions_ended", _("Other sessions signed out")
    PAGE_REFUSED = "pages.refused", _("Page refused")
    CONFIGURATION_SAVED = "configuration.saved", _("Configuration saved")
    KEY_REMOVED = "configuration.key_removed", _("API key removed")
    SERVICE_TESTED = "configuration.service_tested", _("Service connection tested")
    USER_CREATED = "users.created", _("User created")
    USER_CHANGED = "users.changed", _("User changed")
    USER_DELETED = "users.deleted", _("User deleted")
    USER_SIGNED_OUT = "users.signed_out", _("User signed out everywhere")
    USER_UNLOCKED = "users.unlocked", _("User unlocked")
    FACTORS_RESET = "users.factors_reset", _("Second factors reset")
    ROLE_CREATED = "roles.created", _("Role created")
    ROLE_CHANGED = "roles.changed", _("Role changed")
    ROLE_DELETED = "roles.deleted", _("Role deleted")
    NOTIFIED = "notifications.notified", _("Notification sent")
    EXPORTED = "exports.exported", _("Exported")

    @property
    def group(self) -> Group:
        return Group(self.value.partition(".")[0])


class Result(models.TextChoices):
    SUCCESS = "success", _("Success")
    FAILURE = "failure", _("Failure")
