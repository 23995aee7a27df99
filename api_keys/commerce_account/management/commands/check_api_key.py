import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from api_keys.commerce_account.checking import check_key
from api_keys.contract import Environment, Verdict


class Command(BaseCommand):
    help = (
        "Read a key from standard input (arguments show in the list of processes) and print the"
        " verdict on it. Exits with 0 only when the key is valid."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--environment",
            type=Environment,
            choices=list(Environment),
            default=Environment.PRODUCTION,
        )

    def handle(self, *args: Any, **options: Any) -> None:
        key = sys.stdin.read().strip()
        answer = check_key(key, options["environment"])
        self.stdout.write(answer.verdict.value)
        if answer.verdict is not Verdict.VALID:
            sys.exit(1)
