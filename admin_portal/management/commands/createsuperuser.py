from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Stands before Django's command of this name, whose users have no role and no record."""

    help = "Says how an administrator is made instead: with a role, and in the Action Log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        for option in ("--username", "--email", "--database"):
            parser.add_argument(option)
        parser.add_argument("--noinput", "--no-input", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError(
            "Nobody was made. The first administrator comes from create_first_administrator, and"
            " others from System > Permissions > All Users. changepassword lets one in again who"
            " forgot the password."
        )
