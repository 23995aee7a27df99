from allauth.account import views as account
from django.urls import include, path

from admin_portal import views
from amazon_channel.views import help_page
from api_keys.store_configuration.service_connection import service_connection, support_bundle

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("notifications/", include("admin_portal.notifications.urls")),
    path("marketing/amazon-sales-channel/", include("amazon_channel.urls")),
    path(
        "stores/configuration/services/magento-services/",
        include("api_keys.store_configuration.urls"),
    ),
    path("system/tools/service-connection/", service_connection, name="service_connection"),
    path("system/tools/service-connection/support-bundle/", support_bundle, name="support_bundle"),
    path("help/amazon-sales-channel/", help_page, name="amazon_channel_help"),
]
