"""What the log of key verifications costs a gated visit, in process.

    python -m benchmarks.verification_log

Each variant opens the channel's home, one after the other in a random order, while the log's thread
writes. The key service answers at once, without a network: whatever the log costs weighs the more.
"""

import logging
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles

from benchmarks.servers import environment_in

VISITS = 1_500
CHANNEL = "/marketing/amazon-sales-channel/"
VARIANTS = ("off", "counted", "debug")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(environment_in(Path(folder)))
        os.environ["DJANGO_SETTINGS_MODULE"] = "admin_portal.settings.admin"
        from django.core.management import call_command

        from admin_portal import wsgi

        assert wsgi.application
        logging.getLogger("api_keys").setLevel(logging.ERROR)
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        report(visit())


def visit() -> dict[str, list[float]]:
    """Return the seconds of each visit, by variant."""
    from django.contrib.auth.models import User
    from django.test import Client

    from admin_portal.actors import NOBODY
    from api_keys.contract import Answer, Environment, Verdict, generate_key
    from api_keys.store_configuration import verification, verification_log
    from api_keys.store_configuration.models import GlobalSettings, VerificationRecord
    from api_keys.store_configuration.storing import KeyChange, store_keys

    key = KeyChange(generate_key(Environment.PRODUCTION), seen="")
    store_keys({Environment.PRODUCTION: key}, by=NOBODY)
    vars(verification)["check_key"] = lambda key, **about: Answer(Verdict.VALID)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.create_superuser("ada"))
    GlobalSettings.objects.create()
    record = verification_log.record
    seen: dict[str, list[float]] = {name: [] for name in VARIANTS}
    for name in random.sample([*VARIANTS] * VISITS, VISITS * len(VARIANTS)):
        GlobalSettings.objects.update(debug_logging=name == "debug")
        vars(verification_log)["record"] = skip if name == "off" else record
        start = time.perf_counter()
        status = client.get(CHANNEL).status_code
        seen[name].append(time.perf_counter() - start)
        assert status == 200, status
    verification_log.flush()
    print(VerificationRecord.objects.count(), "rows for", 2 * VISITS, "visits", file=sys.stderr)
    return seen


def report(seen: dict[str, list[float]]) -> None:
    """Print the times of each variant, and their ratio to the first one's."""
    base = quantiles(next(iter(seen.values())), n=10)
    for name, times in seen.items():
        at = quantiles(times, n=10)
        print(
            f"{name:<8} fastest tenth {at[0] * 1e6:6.0f} us, ratio {at[0] / base[0]:.3f};"
            f"  median {at[4] * 1e6:6.0f} us, ratio {at[4] / base[4]:.3f}"
        )


def skip(*_arguments: object, **_named: object) -> None:
    """Stand in for the log."""


if __name__ == "__main__":
    main()
