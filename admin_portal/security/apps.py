from django.apps import AppConfig


class SecurityConfig(AppConfig):
    name = "admin_portal.security"

    def ready(self) -> None:
        from admin_portal.security import (
            checks as _checks,  # noqa: F401  (registers them)
            signals as _signals,  # noqa: F401  (connects them)
        )
