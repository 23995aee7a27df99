"""Coming in and one's own account: the library's views under the library's names, in our templates.

Those of its pages that we have no template for are left out on purpose.
"""

from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.totp import views as authenticator
from allauth.mfa.webauthn import views as passkeys
from django.urls import URLPattern, path, re_path
from django.views.generic import RedirectView

from admin_portal.sign_in import views

View = Callable[..., Any]


def _as_it_is(view: View) -> View:
    return view


def own_account(prefix: str, changing: Callable[[View], View] = _as_it_is) -> list[URLPattern]:
    """Return the pages about one's own account, below `prefix`.

    `changing` is put around each view that adds or removes a second factor.
    """
    pages: list[tuple[str, View, str]] = [
        ("security/", second_factor.index, "mfa_index"),
        ("security/password/", account.password_change, "account_change_password"),
        ("security/authenticator/", changing(authenticator.activate_totp), "mfa_activate_totp"),
        (
            "security/authenticator/remove/",
            changing(authenticator.deactivate_totp),
            "mfa_deactivate_totp",
        ),
        ("security/recovery-codes/", views.view_recovery_codes, "mfa_view_recovery_codes"),
        (
            "security/recovery-codes/new/",
            changing(views.generate_recovery_codes),
            "mfa_generate_recovery_codes",
        ),
        (
            "security/recovery-codes/download/",
            views.download_recovery_codes,
            "mfa_download_recovery_codes",
        ),
        ("security/passkeys/", RedirectView.as_view(pattern_name="mfa_index"), "mfa_list_webauthn"),
        ("security/passkeys/add/", changing(passkeys.add_webauthn), "mfa_add_webauthn"),
        ("security/passkeys/<int:pk>/rename/", passkeys.edit_webauthn, "mfa_edit_webauthn"),
        (
            "security/passkeys/<int:pk>/remove/",
            changing(passkeys.remove_webauthn),
            "mfa_remove_webauthn",
        ),
        ("still-you/", account.reauthenticate, "account_reauthenticate"),
        ("still-you/code/", second_factor.reauthenticate, "mfa_reauthenticate"),
        ("still-you/passkey/", views.reauthenticate_by_passkey, "mfa_reauthenticate_webauthn"),
    ]
    return [path(prefix + where, view, name=name) for where, view, name in pages]


COMING_IN = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-in/second-step/", second_factor.authenticate, name="mfa_authenticate"),
    path("sign-in/passkey/", views.sign_in_by_passkey, name="mfa_login_webauthn"),
    path("sign-out/", account.logout, name="account_logout"),
    path("forgot-password/", account.password_reset, name="account_reset_password"),
    path("forgot-password/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^forgot-password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]
