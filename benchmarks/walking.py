"""Open every page of a site as the benchmark's user: python -m benchmarks.walking.

Printed is JSON: each page's queries. What leads elsewhere, asks for a POST or is no page is left
out.
"""

import json
import logging
import re
from collections.abc import Iterator

import django

django.setup()

from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from benchmarks.signing_in import NAME, queries_of, sign_in

ARGUMENTS = {"slug": "dashboard", "environment": "production", "str": "x"}


def main() -> None:
    logging.disable()
    client = Client(headers={"cookie": sign_in(User.objects.get(username=NAME))})
    found = sorted(set(addresses(get_resolver().url_patterns)))
    pages = [path for path in found if is_page(client, path)]
    print(json.dumps({path: queries_of(client, path) for path in pages}))


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
