from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView

from admin_portal import security_txt, views
from admin_portal.entrance.sessions import back_again, session, sessions
from admin_portal.entrance.views import locked_users
from admin_portal.help.views import help_page
from admin_portal.people.views.own_account import account_setting, own_language
from admin_portal.search import views as search
from admin_portal.security.recording import recorded
from admin_portal.sign_in.urls import COMING_IN, own_account
from amazon_channel.views import help_page as channel_help_page
from api_keys.store_configuration.global_settings import global_settings
from api_keys.store_configuration.key_verifications import (
    key_verifications,
    key_verifications_csv,
)
from api_keys.store_configuration.service_connection import service_connection, support_bundle

handler403 = "admin_portal.views.refused"

urlpatterns = [
    path("", views.first_page, name="dashboard"),
    *COMING_IN,
    path(
        "forgot-password/done/",
        login_not_required(RedirectView.as_view(pattern_name="account_login")),
        name="account_reset_password_from_key_done",
    ),
    *own_account("account-setting/", changing=recorded),
    path("account-setting/", account_setting, name="account_setting"),
    path("account-setting/language/", own_language, name="own_language"),
    path("account-setting/sessions/", sessions, name="usersessions_list"),
    path("search/", search.search, name="search"),
    path("search/suggestions/", search.suggestions, name="search_suggestions"),
    path("session/", session, name="session"),
    path("session/back-again/", back_again, name="back_again"),
    path("notifications/", include("admin_portal.notifications.urls")),
    path("marketing/amazon-sales-channel/", include("amazon_channel.urls")),
    path(
        "stores/configuration/services/magento-services/",
        include("api_keys.store_configuration.urls"),
    ),
    path(
        "stores/configuration/sales-channels/global-settings/",
        global_settings,
        name="global_settings",
    ),
    path("system/action-logs/", include("admin_portal.action_log.urls")),
    path("system/action-logs/key-verifications/", key_verifications, name="key_verifications"),
    path(
        "system/action-logs/key-verifications.csv",
        key_verifications_csv,
        name="key_verifications_csv",
    ),
    path("system/tools/service-connection/", service_connection, name="service_connection"),
    path("system/tools/service-connection/support-bundle/", support_bundle, name="support_bundle"),
    path("system/permissions/", include("admin_portal.people.urls")),
    path("system/permissions/locked-users/", locked_users, name="locked_users"),
    path(security_txt.PATH, security_txt.security_txt, name="security_txt"),
    path("help/amazon-sales-channel/", channel_help_page, name="amazon_channel_help"),
    path("help/<slug:slug>/", help_page, name="help"),
]
