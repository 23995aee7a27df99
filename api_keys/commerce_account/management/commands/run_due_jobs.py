import sys
from typing import Any

from django.core.management.base import BaseCommand

from api_keys.commerce_account.jobs import run_all


class Command(BaseCommand):
    help = "Run everything that is due, once: for cron, where no jobs process runs all the time."

    def handle(self, *args: Any, **options: Any) -> None:
        if not run_all():
            sys.exit(1)
