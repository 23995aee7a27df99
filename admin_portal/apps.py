from django.apps import AppConfig


class AdminPortalConfig(AppConfig):
    name = "admin_portal"

    def ready(self) -> None:
        from admin_portal import checks as _checks  # noqa: F401  (registers them)
        from admin_portal.sign_in import signals as _signals  # noqa: F401  (connects them)
