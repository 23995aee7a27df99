import re
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from admin_portal.action_log.verifying import Place, verify


def noted(text: str) -> tuple[int, str]:
    if not re.fullmatch(r"[1-9]\d{0,17}:[0-9a-f]{64}", text):
        raise ArgumentTypeError("write NUMBER:SEAL, as this command printed it")
    number, _colon, seal = text.partition(":")
    return int(number), seal


class Command(BaseCommand):
    help = (
        "Find rows of the Action Log that were altered, removed, added or put in another order."
        " Prints the last row's number and seal: note them down elsewhere, and hand them over with"
        " --expect the next time, to find that an old copy of the database was put back. Exits with"
        " 0 only when nothing was found."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--expect", type=noted, metavar="NUMBER:SEAL", help="a row as it was noted earlier"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        place = Place()
        findings = 0
        for finding in verify(place, noted=options["expect"]):
            self.stderr.write(str(finding))
            findings += 1
        self.stdout.write(f"{place.rows} rows were read.")
        if findings:
            raise CommandError("The Action Log is not as it was written.")
        if place.number:
            self.stdout.write(f"Nothing was altered. The last row: {place.number}:{place.mac}")
