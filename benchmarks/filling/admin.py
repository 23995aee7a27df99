"""Fill the Admin's lists: python -m benchmarks.filling.admin ROWS.

The Action Log gets so many rows, each other list as many, but 10,000 at most.
"""

import os
import sys
from datetime import timedelta

import django

LONGEST = 10_000
BATCH = 1_000

os.environ["DJANGO_SETTINGS_MODULE"] = "admin_portal.settings.admin"
django.setup()

from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from admin_portal.entrance.models import Guarded, Lock
from admin_portal.notifications.models import Notification, Severity
from admin_portal.people.models import Role
from api_keys.contract import Environment, Verdict
from api_keys.store_configuration.models import GlobalSettings, VerificationRecord
from api_keys.store_configuration.verification import Occasion
from benchmarks import action_log
from benchmarks.filling.copying import analyze, hurry
from benchmarks.signing_in import NAME, PASSWORD

NOW = timezone.now()


def main(rows: int) -> None:
    call_command("migrate", verbosity=0)
    hurry()
    action_log.fill(rows)
    few = range(min(rows, LONGEST))
    with transaction.atomic():
        GlobalSettings.objects.create()
        people(few)
        verifications(few)
        notifications(few)
    analyze()


def people(few: range) -> None:
    """Fill a role's people, the roles, and the users who are locked out."""
    User.objects.create_superuser(NAME, f"{NAME}@example.com", PASSWORD)
    users = User.objects.bulk_create(
        (User(username=f"user {number}", email=f"{number}@example.com") for number in few),
        batch_size=BATCH,
    )
    groups = Group.objects.bulk_create((Group(name=f"Role {number}") for number in few), BATCH)
    Role.objects.bulk_create((Role(group=group) for group in groups), BATCH)
    members = User.groups.through
    members.objects.bulk_create((members(user=user, group=groups[0]) for user in users), BATCH)
    guarded = [Guarded(name=f"user-{user.pk}", user=user) for user in users]
    Guarded.objects.bulk_create(guarded, BATCH)
    until = NOW + timedelta(days=365)
    Lock.objects.bulk_create(
        (Lock(guarded=each, address="", since=NOW, until=until, failures=6,
              addresses=["192.0.2.1"]) for each in guarded),
        BATCH,
    )  # fmt: skip


def verifications(few: range) -> None:
    VerificationRecord.objects.bulk_create(
        (
            VerificationRecord(
                once=f"{number}",
                environment=Environment.PRODUCTION,
                verdict=Verdict.VALID,
                cause="",
                fingerprint="1234-5678-9abc",
                occasion=Occasion.VISIT,
                user_name="ada",
                started_at=NOW - timedelta(minutes=number),
                last_at=NOW - timedelta(minutes=number),
                times=1,
                total_milliseconds=10,
                slowest_milliseconds=10,
            )
            for number in few
        ),
        batch_size=BATCH,
    )


def notifications(few: range) -> None:
    Notification.objects.bulk_create(
        (
            Notification(
                kind="store_configuration.key_works_again",
                severity=Severity.NOTICE,
                permission="store_configuration.view_storedkey",
                detail={"environment": Environment.PRODUCTION, "fingerprint": "1234-5678-9abc"},
                created_at=NOW - timedelta(minutes=number),
            )
            for number in few
        ),
        batch_size=BATCH,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
