from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from admin_portal.actors import command
from admin_portal.security.resetting import reset_second_factors


class Command(BaseCommand):
    help = "Take away an administrator's authenticator app, passkeys and recovery codes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["username"]
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"Nobody is called {name}.")
        if not reset_second_factors(user, by=command("reset_second_factors")):
            raise CommandError(f"{name} has no second factor.")
        self.stdout.write(f"{name} signs in by password alone, and has to set up others.")
