from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from admin_portal.actors import command
from admin_portal.entrance import lock_out


class Command(BaseCommand):
    help = "Let a user sign in again whom too many failures have locked out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"Nobody is called {options['username']}.")
        was_locked = lock_out.unlock(user, by=command("unlock_user"))
        state = "may sign in again" if was_locked else "was not locked"
        self.stdout.write(f"{user.username} {state}.")
