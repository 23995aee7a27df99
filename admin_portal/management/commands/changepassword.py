import getpass
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from admin_portal.action_log.actions import Action
from admin_portal.action_log.recording import Change, record
from admin_portal.actors import command
from admin_portal.security import mails
from admin_portal.sign_in.sessions import end_sessions


class Command(BaseCommand):
    """Django's command of this name records nothing, tells nobody and ends no session."""

    help = "Give an administrator a new password, which is asked for twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["username"]
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"Nobody is called {name}.")
        password = getpass.getpass("New password: ")
        if getpass.getpass("New password (again): ") != password:
            raise CommandError("You typed two different passwords. Run this again.")
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        _change(user, password)
        self.stdout.write(f"{name} has a new password, and is signed out everywhere.")


@transaction.atomic
def _change(user: User, password: str) -> None:
    by = command("changepassword")
    user.set_password(password)
    user.save(update_fields=["password"])
    end_sessions(user)
    mails.tell(user, mails.SET_BY_ANOTHER, who=by.name)
    change = Change(_("Password"), "", _("changed"))
    record(Action.USER_CHANGED, by=by, subject=user.username, changes=[change])
