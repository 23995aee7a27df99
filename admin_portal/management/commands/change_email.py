from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email


class Command(BaseCommand):
    help = "Say where an administrator's e-mails go; an empty address: nowhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"]
        try:
            if email:
                validate_email(email)
        except ValidationError as error:
            raise CommandError(f"“{email}” is no e-mail address.") from error
        if not User.objects.filter(username=options["username"]).update(email=email):
            raise CommandError(f"Nobody is called {options['username']}.")
        where = f"to {email}" if email else "nowhere"
        self.stdout.write(f"E-mails for {options['username']} go {where}.")
