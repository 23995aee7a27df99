import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from api_keys.contract import Environment, Verdict
from api_keys.store_configuration.verification import verify_stored_key


class Command(BaseCommand):
    help = (
        "Verify the stored key and print the verdict, with its reason when the service could not"
        " be asked. Exits with 0 only when the key is valid."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--environment", type=Environment, choices=list(Environment), default="production"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verification = verify_stored_key(Environment(options["environment"]))
        reason = f": {verification.cause}" if verification.cause else ""
        self.stdout.write(verification.verdict + reason)
        if verification.verdict is not Verdict.VALID:
            sys.exit(1)
