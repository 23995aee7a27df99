from django.urls import path, register_converter
from django.urls.converters import StringConverter

from api_keys.contract import Environment
from api_keys.store_configuration import views


class EnvironmentConverter(StringConverter):
    regex = "|".join(Environment)

    def to_python(self, value: str) -> Environment:
        return Environment(value)


register_converter(EnvironmentConverter, "environment")

urlpatterns = [
    path("", views.api_keys, name="api_keys"),
    path("remove/<environment:environment>/", views.remove_api_key, name="remove_api_key"),
]
