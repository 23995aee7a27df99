from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from api_keys.commerce_account import issuing
from api_keys.commerce_account.models import Company
from api_keys.contract import Environment


class Command(BaseCommand):
    help = "Issue a key to a company and print it: the key alone, on standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("description")
        parser.add_argument("--company", required=True, help="its name or its ID (COM-000001)")
        parser.add_argument("--create-company", action="store_true", help="if there is none yet")
        parser.add_argument(
            "--environment", type=Environment, choices=list(Environment), default="production"
        )
        parser.add_argument(
            "--expires-at",
            type=datetime.fromisoformat,
            help="such as 2027-12-31T23:59:59+00:00; otherwise as in API Portal",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        expires_at = options["expires_at"] or issuing.default_expiry(now)
        if expires_at and timezone.is_naive(expires_at):
            expires_at = timezone.make_aware(expires_at)
        if expires_at and expires_at <= now:
            raise CommandError("--expires-at lies in the past.")
        if not 1 <= len(options["description"]) <= 100:
            raise CommandError("The description needs 1 to 100 characters.")
        _issued, key = issuing.issue_key(
            self._company(options["company"], create=options["create_company"]),
            Environment(options["environment"]),
            options["description"],
            actor=None,
            expires_at=expires_at,
        )
        self.stdout.write(key)

    def _company(self, name: str, *, create: bool) -> Company:
        found = list(Company.objects.filter(name=name)[:2])
        if not found and name.startswith("COM-") and name[4:].isdecimal():
            found = list(Company.objects.filter(pk=int(name[4:])))
        if len(found) > 1:
            raise CommandError(f"Several companies are called “{name}”. Give the ID instead.")
        if not found and create:
            return Company.objects.create(name=name)
        if not found:
            raise CommandError(f"No company is called “{name}”. Add --create-company to make it.")
        return found[0]
