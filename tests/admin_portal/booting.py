"""A site's real settings under many environments, at the cost of one start of Python and Django.

`Site` keeps a process of its own that started the site on a fresh installation. For each
environment it forks: the child reads the settings anew and runs the code. What `Site` says is what
`run` says, which starts a process for each.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADMIN = "admin_portal.settings.admin"
ACCOUNT = "admin_portal.settings.commerce_account"
SITES = [ADMIN, ACCOUNT]
WSGI = {ADMIN: "admin_portal.wsgi", ACCOUNT: "api_keys.commerce_account.wsgi"}

Environment = dict[str, str]


@dataclass(frozen=True)
class Outcome:
    """What some code printed, and the traceback of the error that ended it, if any."""

    printed: str
    error: str

    @property
    def reason(self) -> str:
        """The findings of the system checks, or else the error's own line."""
        _before, marker, findings = self.error.partition("ERRORS:")
        return findings if marker else self.error.strip().rpartition("\n")[2]


def run(code: list[str], environment: Environment) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *code], cwd=ROOT, env=environment, capture_output=True, text=True
    )


class Site:
    def __init__(self, settings: str, environment: Environment) -> None:
        self.settings = settings
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            env={**environment, "DJANGO_SETTINGS_MODULE": settings},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def execute(self, code: str, environment: Environment) -> Outcome:
        assert self._process.stdin
        assert self._process.stdout
        asked = {"code": code, "environment": environment}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return Outcome(**json.loads(self._process.stdout.readline()))

    def start(self, environment: Environment) -> Outcome:
        """Start it as a server does."""
        return self.execute(f"import {WSGI[self.settings]}", environment)

    def read(self, expression: str, environment: Environment) -> str:
        code = f"from django.conf import settings; print({expression})"
        done = self.execute(code, environment)
        assert not done.error
        return done.printed.strip()

    def stop(self) -> None:
        self._process.communicate()


def _serve() -> None:
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    get_wsgi_application()
    call_command("check", stdout=io.StringIO())  # imports what else a start takes
    for line in sys.stdin:
        reading, writing = os.pipe()
        if child := os.fork():
            os.close(writing)
            with open(reading) as answer:
                sys.stdout.write(answer.read() + "\n")
            sys.stdout.flush()
            os.waitpid(child, 0)
        else:
            with open(writing, "w") as answer:
                json.dump(_outcome(**json.loads(line)), answer)
            os._exit(0)


def _outcome(code: str, environment: Environment) -> dict[str, str]:
    from django.conf import settings
    from django.utils.functional import empty

    name = os.environ["DJANGO_SETTINGS_MODULE"]
    os.environ.clear()
    os.environ.update(environment, DJANGO_SETTINGS_MODULE=name)
    for module in [each for each in sys.modules if each.startswith("admin_portal.settings.")]:
        del sys.modules[module]
    settings._wrapped = empty
    error = ""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            exec(code, {})  # noqa: S102  (the tests' own)
        except BaseException:  # as a process would end of it
            error = traceback.format_exc()
    return {"printed": printed.getvalue(), "error": error}


if __name__ == "__main__":
    _serve()
