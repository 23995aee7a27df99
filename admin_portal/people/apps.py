from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "admin_portal.people"
