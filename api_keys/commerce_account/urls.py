from allauth.account import views as account
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from api_keys.commerce_account.views import api_portal, companies, keys, leaks, validation
from api_keys.contract import CHECK_PATH, Environment

_check_path = CHECK_PATH.removeprefix("/")

_of_a_company = [
    path("api-portal/", api_portal.keys, name="keys"),
    path("api-portal/keys/<int:pk>/", keys.key, name="key"),
    path("api-portal/keys/<int:pk>/reveal/", keys.reveal_key, name="reveal_key"),
    path("api-portal/keys/<int:pk>/roll/", keys.roll_key, name="roll_key"),
    path("api-portal/keys/<int:pk>/call-off/", keys.call_off_roll, name="call_off_roll"),
    path("api-portal/keys/<int:pk>/delete/", keys.delete_key, name="delete_key"),
]

urlpatterns = [
    # For programs
    path(_check_path, validation.api_key_check, {"environment": Environment.PRODUCTION}),
    path(
        f"{Environment.SANDBOX}/{_check_path}",
        validation.api_key_check,
        {"environment": Environment.SANDBOX},
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
    # Coming in: the library's views under the library's names, in our templates. Those of its
    # pages that we have no template for are left out on purpose.
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("create-an-account/", account.signup, name="account_signup"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("confirm-email/", account.email_verification_sent, name="account_email_verification_sent"),
    re_path(
        r"^confirm-email/(?P<key>[-:\w]+)/$", account.confirm_email, name="account_confirm_email"
    ),
    path("forgot-password/", account.password_reset, name="account_reset_password"),
    path("forgot-password/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^forgot-password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "forgot-password/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
