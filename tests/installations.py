"""One site of a fresh installation, whose code runs in processes of its own."""

import subprocess
import sys
from pathlib import Path

from admin_portal.embedded.secrets_file import write_secrets
from tests.end_to_end.processes import ROOT, environment_for

RUN_WHAT_IS_QUEUED = """
import django; django.setup()
import importlib
from datetime import datetime
from huey.contrib.djhuey import HUEY
importlib.import_module({tasks!r})
HUEY.flush()  # what a jobs process may have left that was stopped at this minute
for task in HUEY.read_periodic(datetime.fromisoformat({at!r})):
    HUEY.enqueue(task)
while task := HUEY.dequeue():
    HUEY.execute(task)
    print('ran', task.name)
"""


def fresh_environment(folder: Path, site: str, **settings: str) -> dict[str, str]:
    """Return the environment of a new installation; `site` names the settings in force."""
    write_secrets(folder / ".env")
    (folder / "var" / "static").mkdir(parents=True)
    return environment_for(folder, DJANGO_SETTINGS_MODULE=site, **settings)


def run(environment: dict[str, str], *arguments: str) -> str:
    """Run Python; return what it printed. It has to succeed without a complaint."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def run_what_is_queued(
    environment: dict[str, str], tasks: str, at: str = "2026-06-01T03:35:00"
) -> str:
    """Queue the jobs in the module `tasks` that are due `at` a time, run them, say which."""
    return run(environment, "-c", RUN_WHAT_IS_QUEUED.format(tasks=tasks, at=at))


def jobs_in(said: str) -> set[str]:
    return {line.split()[1] for line in said.splitlines() if line.startswith("ran ")}
