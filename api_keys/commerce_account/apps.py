from django.apps import AppConfig


class CommerceAccountConfig(AppConfig):
    name = "api_keys.commerce_account"
    label = "commerce_account"

    def ready(self) -> None:
        from admin_portal import checks as _shared_checks  # noqa: F401  (registers them)
        from admin_portal.sign_in import signals as _shared_signals  # noqa: F401  (connects them)
        from api_keys.commerce_account import (
            checks as _checks,  # noqa: F401  (registers them)
            signals as _signals,  # noqa: F401  (connects them)
        )
