"""Sign somebody in without a password, and count the queries of their pages.

    python -m benchmarks.signing_in [PATH …]

Runs in any Django project: the settings are those in force. Printed is JSON: the cookie, and each
page's queries.
"""

import json
import logging
import secrets
import sys
import time
from importlib import import_module

import django

NAME, PASSWORD = "bench", secrets.token_urlsafe()

django.setup()

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.module_loading import import_string


def main(paths: list[str]) -> None:
    logging.disable(logging.INFO)
    serve_as_usual()
    user = User.objects.get(username=NAME)
    client = Client(headers={"cookie": sign_in(user)})
    queries = {path: queries_of(client, path) for path in paths}
    print(json.dumps({"cookie": sign_in(user), "queries": queries}))


def sign_in(user: User) -> str:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    # What allauth asks before pages that want a password just given
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def serve_as_usual() -> None:
    """Start what works beside the requests of a site that is served."""
    if settings.WSGI_APPLICATION:
        import_string(settings.WSGI_APPLICATION)


def queries_of(client: Client, path: str) -> int:
    """Return the queries of a page. Every few seconds one also notes that the person is there."""
    for _warming in range(3):
        answer = client.get(path, SERVER_NAME="127.0.0.1")
        assert answer.status_code == 200, (path, answer.status_code, answer.get("Location"))
    seen = []
    for _time in range(3):
        with CaptureQueriesContext(connection) as queries:
            client.get(path, SERVER_NAME="127.0.0.1")
        seen.append(len(queries))
    return min(seen)


if __name__ == "__main__":
    main(sys.argv[1:])
