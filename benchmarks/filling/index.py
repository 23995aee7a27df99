"""Make the database of a peer's project, with a superuser: python -m benchmarks.filling.index."""

import django

django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command

from benchmarks.signing_in import NAME, PASSWORD

call_command("migrate", verbosity=0)
User.objects.create_superuser(NAME, f"{NAME}@example.com", PASSWORD)
