from django.apps import AppConfig


class PreferencesConfig(AppConfig):
    name = "admin_portal.preferences"
