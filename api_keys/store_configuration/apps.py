from django.apps import AppConfig


class StoreConfigurationConfig(AppConfig):
    name = "api_keys.store_configuration"
    label = "store_configuration"

    def ready(self) -> None:
        from api_keys.store_configuration import checks as _checks  # noqa: F401  (registers them)
