import secrets
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.db import transaction

from admin_portal.action_log.actions import Action
from admin_portal.action_log.recording import record
from admin_portal.actors import command
from admin_portal.people import roles

USERNAME = "admin"


class Command(BaseCommand):
    help = "Create an administrator with a random password, unless there is one already."

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            return
        password = secrets.token_hex(12)  # 96 bits, of characters that a double click selects
        with transaction.atomic():
            by = command("create_first_administrator")
            user = User.objects.create_user(USERNAME, password=password)
            roles.assign(user, roles.administrators_role(), by=by)
            record(Action.USER_CREATED, by=by, subject=USERNAME)
        self.stdout.write("The first administrator of the Commerce Admin (shown this once):")
        self.stdout.write(f"  Username: {USERNAME}")
        self.stdout.write(f"  Password: {password}")
