from allauth.account import views as account
from django.urls import include, path

from admin_portal import views
from amazon_channel.views import help_page

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
    path("help/amazon-sales-channel/", help_page, name="amazon_channel_help"),
]
