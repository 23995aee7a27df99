from django.apps import AppConfig


class AdminPortalConfig(AppConfig):
    name = "admin_portal"

    def ready(self) -> None:
        from admin_portal import checks as _checks  # noqa: F401  (registers them)
