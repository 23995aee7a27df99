import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from api_keys.contract import Environment, Verdict
from api_keys.store_configuration.verification import Occasion, verify_stored_key

REASONS = {
    Verdict.VALID: "the service accepts the key",
    Verdict.INVALID: "the service never issued the key",
    Verdict.MALFORMED: "the key is cut off or mistyped",
    Verdict.REVOKED: "the key was deleted in API Portal",
    Verdict.EXPIRED: "the key was good until its expiry date",
    Verdict.WRONG_ENVIRONMENT: "the key belongs to another environment",
    Verdict.MISSING: "no key is stored",
    Verdict.UNREADABLE: "ADMIN_ENCRYPTION_KEYS holds no key that opens it",
    Verdict.UNAVAILABLE: "the service gave no answer",
}


class Command(BaseCommand):
    help = (
        "Verify the stored key and print the verdict and its reason. Exits with 0 only when the"
        " key is valid."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--environment",
            type=Environment,
            choices=list(Environment),
            default=Environment.PRODUCTION,
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verification = verify_stored_key(options["environment"], Occasion.COMMAND)
        reason = verification.detail or REASONS[verification.verdict]
        self.stdout.write(f"{verification.verdict}: {reason}")
        if verification.verdict is not Verdict.VALID:
            sys.exit(1)
