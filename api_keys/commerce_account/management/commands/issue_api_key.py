from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from admin_portal.actors import NOBODY
from api_keys.commerce_account import issuing
from api_keys.commerce_account.issuing import Refused
from api_keys.commerce_account.key_forms import NewKeyForm
from api_keys.commerce_account.members import create_company
from api_keys.commerce_account.models import Company
from api_keys.commerce_account.views.api_portal import explain
from api_keys.contract import Environment


class Command(BaseCommand):
    help = "Issue a key to a company and print it: the key alone, on standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("description")
        parser.add_argument("--company", required=True, help="its name or its ID (COM-000001)")
        parser.add_argument("--create-company", action="store_true", help="if there is none yet")
        parser.add_argument(
            "--environment",
            type=Environment,
            choices=list(Environment),
            default=Environment.PRODUCTION,
        )
        parser.add_argument(
            "--expires-at",
            type=datetime.fromisoformat,
            help="such as 2027-12-31T23:59:59+00:00; otherwise after 365 days",
        )
        parser.add_argument("--never-expires", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        expires_at = options["expires_at"] or now + timedelta(days=365)
        if timezone.is_naive(expires_at):
            expires_at = timezone.make_aware(expires_at)
        if expires_at <= now:
            raise CommandError("--expires-at lies in the past.")
        form = NewKeyForm({**options, "token": uuid4(), "expires": "365"})
        if not form.is_valid():
            raise CommandError(form.errors.as_text())
        try:
            issued = issuing.issue_key(
                self._company(options["company"], create=options["create_company"]),
                form.cleaned_data["environment"],
                form.cleaned_data["description"],
                by=NOBODY,
                expires_at=None if options["never_expires"] else expires_at,
            )
        except Refused as refused:
            raise CommandError(explain(refused.refusal)) from refused
        self.stdout.write(issuing.read_key(issued))

    def _company(self, name: str, *, create: bool) -> Company:
        found = list(Company.objects.filter(name=name)[:2])
        if not found and name.startswith("COM-") and name[4:].isdecimal():
            found = list(Company.objects.filter(pk=int(name[4:])))
        if len(found) > 1:
            raise CommandError(f"Several companies are called “{name}”. Give the ID instead.")
        if not found and create:
            return self._create(name)
        if not found:
            raise CommandError(f"No company is called “{name}”. Add --create-company to make it.")
        return found[0]

    def _create(self, name: str) -> Company:
        company = Company(name=name.strip())
        try:
            company.full_clean()
        except ValidationError as error:
            raise CommandError(f"The company's name: {' '.join(error.messages)}") from error
        return create_company(company.name, by=NOBODY)
