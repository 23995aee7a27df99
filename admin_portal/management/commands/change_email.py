from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from admin_portal.action_log.actions import Action
from admin_portal.action_log.recording import Change, record
from admin_portal.actors import command


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
        if not _change(options["username"], email):
            raise CommandError(f"Nobody is called {options['username']}.")
        where = f"to {email}" if email else "nowhere"
        self.stdout.write(f"E-mails for {options['username']} go {where}.")


@transaction.atomic
def _change(name: str, email: str) -> bool:
    user = User.objects.select_for_update().filter(username=name).first()
    if user is None:
        return False
    change = Change(_("Email"), user.email, email)
    User.objects.filter(pk=user.pk).update(email=email)
    record(Action.USER_CHANGED, by=command("change_email"), subject=name, changes=[change])
    return True
