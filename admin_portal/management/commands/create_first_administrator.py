import secrets
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand

USERNAME = "admin"


class Command(BaseCommand):
    help = "Create an administrator with a random password, unless there is one already."

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            return
        password = secrets.token_hex(12)  # 96 bits, of characters that a double click selects
        User.objects.create_superuser(USERNAME, password=password)
        self.stdout.write("The first administrator of the Commerce Admin (shown this once):")
        self.stdout.write(f"  Username: {USERNAME}")
        self.stdout.write(f"  Password: {password}")
