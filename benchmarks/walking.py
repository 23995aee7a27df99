"""Open every page of a site as the benchmark's users: python -m benchmarks.walking.

Printed is JSON: each page's queries. On the Admin, one user has all, and one a role that permits
each resource by itself. What leads elsewhere, asks for a POST or is no page is left out.
"""

import json
import logging
import re
from collections.abc import Iterator

import django

django.setup()

from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from benchmarks.signing_in import NAME, queries_of, serve_as_usual, sign_in

ARGUMENTS = {"slug": "dashboard", "environment": "production", "str": "x"}


def main() -> None:
    logging.disable()
    serve_as_usual()
    found = sorted(set(addresses(get_resolver().url_patterns)))
    seen: dict[str, int] = {}
    for who, user in people().items():
        client = Client(headers={"cookie": sign_in(user)})
        pages = [path for path in found if is_page(client, path)]
        seen |= {path + who: queries_of(client, path) for path in pages}
    print(json.dumps(seen))


def people() -> dict[str, User]:
    """Return who walks, by what is added to the paths."""
    found = {"": User.objects.get(username=NAME)}
    if apps.is_installed("admin_portal.people"):
        found[" (by a role)"] = somebody_with_a_role()
    return found


def somebody_with_a_role() -> User:
    user, is_new = User.objects.get_or_create(username=f"{NAME} by a role")
    if is_new:
        from admin_portal.actors import NOBODY
        from admin_portal.people.roles import create_role
        from admin_portal.resources import RESOURCES, permissions_in

        every = permissions_in(RESOURCES)
        role = create_role("Each resource", has_all=False, permissions=every, by=NOBODY)
        user.groups.set([role.group])
    return user


def addresses(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    """Yield each address's path, with arguments filled in."""
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, path)
        elif not re.search(r"[(^$\\]", path):
            yield re.sub("<([a-z]+):[a-z_]+>", lambda kind: ARGUMENTS.get(kind[1], "1"), path)


def is_page(client: Client, path: str) -> bool:
    answer = client.get(path, SERVER_NAME="127.0.0.1")
    return answer.status_code == 200 and answer["Content-Type"].startswith("text/html")


if __name__ == "__main__":
    main()
