from django.apps import AppConfig


class EntranceConfig(AppConfig):
    name = "admin_portal.entrance"

    def ready(self) -> None:
        from admin_portal.entrance import checks as _checks  # noqa: F401  (registers them)
