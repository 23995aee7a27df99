from django.apps import AppConfig


class ActionLogConfig(AppConfig):
    name = "admin_portal.action_log"
