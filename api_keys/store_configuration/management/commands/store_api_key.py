import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from admin_portal.actors import command
from api_keys.contract import Environment
from api_keys.store_configuration.models import StoredKey
from api_keys.store_configuration.pasting import problem_with, without_surroundings
from api_keys.store_configuration.storing import KeyChange, store_keys


class Command(BaseCommand):
    help = "Read a key from standard input and store it, as the Api Keys page does."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--environment",
            type=Environment,
            choices=list(Environment),
            default=Environment.PRODUCTION,
        )

    def handle(self, *args: Any, **options: Any) -> None:
        environment = options["environment"]
        if environment in settings.LOCKED_API_KEYS:
            raise CommandError(f"{settings.LOCKED_API_KEYS[environment][0]} holds this key.")
        key = without_surroundings(sys.stdin.read())
        if not key:
            raise CommandError("Standard input held no key.")
        if problem := problem_with(key, environment):
            raise CommandError(problem)
        stored = StoredKey.objects.of(environment)
        seen = stored.fingerprint if stored else ""
        if store_keys({environment: KeyChange(key, seen)}, by=command("store_api_key")):
            raise CommandError("Somebody changed the key at this very moment. Try again.")
        self.stdout.write(f"Stored the {environment} key.")
