from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "admin_portal.notifications"
    label = "notifications"
