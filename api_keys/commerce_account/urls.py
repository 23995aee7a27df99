from allauth.account import views as account
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from admin_portal import security_txt
from admin_portal.sign_in.urls import COMING_IN, own_account
from admin_portal.sign_in.views import list_sessions
from api_keys.commerce_account.views import (
    api_portal,
    companies,
    confirming,
    history,
    invitations,
    keys,
    leaks,
    members,
    preferences,
    validation,
)
from api_keys.contract import CHECK_PATH, KEY_PATTERN, Environment

_check_path = CHECK_PATH.removeprefix("/")

_of_a_company = [
    path("api-portal/", api_portal.keys, name="keys"),
    path("api-portal/keys/<int:pk>/", keys.key, name="key"),
    path("api-portal/keys/<int:pk>/reveal/", keys.reveal_key, name="reveal_key"),
    path("api-portal/keys/<int:pk>/roll/", keys.roll_key, name="roll_key"),
    path("api-portal/keys/<int:pk>/call-off/", keys.call_off_roll, name="call_off_roll"),
    path("api-portal/keys/<int:pk>/delete/", keys.delete_key, name="delete_key"),
    path("members/", members.members, name="members"),
    path("members/<int:pk>/role/", members.change_role, name="change_role"),
    path("members/<int:pk>/remove/", members.remove_member, name="remove_member"),
    path("members/leave/", members.leave_company, name="leave_company"),
    path(
        "members/invitations/<int:pk>/withdraw/",
        members.withdraw_invitation,
        name="withdraw_invitation",
    ),
    path("history/", history.history, name="history"),
    path("history.csv", history.history_csv, name="history_csv"),
]

urlpatterns = [
    # For programs
    path(
        _check_path,
        validation.api_key_check,
        {"environment": Environment.PRODUCTION},
        name="api_key_check",
    ),
    path(
        f"{Environment.SANDBOX}/{_check_path}",
        validation.api_key_check,
        {"environment": Environment.SANDBOX},
        name="api_key_check",
    ),
    path(security_txt.PATH, security_txt.security_txt, name="security_txt"),
    path("gateway/openapi.json", validation.openapi, name="openapi"),
    # A key in the path is refused there, too, so that its sender hears of it.
    re_path(
        rf"^(?:{Environment.SANDBOX}/)?gateway/.*{KEY_PATTERN.pattern}",
        validation.api_key_check,
        {"environment": Environment.PRODUCTION},
        name="api_key_check",
    ),
    path("gateway/leaks", leaks.report_by_program, name="leaks"),
    path("problems/<slug:slug>/", validation.problem, name="problem"),
    path("report-a-leaked-key/", leaks.report_a_leaked_key, name="report_a_leaked_key"),
    # My Account
    path("", RedirectView.as_view(pattern_name="api_portal")),
    path("my-account/", RedirectView.as_view(pattern_name="api_portal")),
    path("my-account/api-portal/", api_portal.api_portal, name="api_portal"),
    path("my-account/new-company/", companies.new_company, name="new_company"),
    path("my-account/<int:company_pk>/", include(_of_a_company)),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    # One's own account and coming in
    *own_account("my-account/"),
    *COMING_IN,
    path("my-account/security/email/", account.email, name="account_email"),
    path("my-account/language/", preferences.preferences, name="preferences"),
    path("my-account/sessions/", list_sessions, name="usersessions_list"),
    path("create-an-account/", account.signup, name="account_signup"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("confirm-email/", account.email_verification_sent, name="account_email_verification_sent"),
    re_path(
        r"^confirm-email/(?P<key>[-:\w]+)/$",
        confirming.confirm_email,
        name="account_confirm_email",
    ),
]
