"""Run Service connection, and read what its page shows."""

import re

from django.test import Client
from pytest_django import Settings

from api_keys.contract import Environment
from tests.api_keys.store_configuration.faulty_service import answering

URL = "/system/tools/service-connection/"
STEPS = ["DNS", "TCP", "TLS", "HTTP", "Clock", "Verdict"]
JSON = "Content-Type: application/json\r\n"
INVALID = answering("401 Unauthorized", JSON, b'{"reason": "invalid"}')
VALID = answering("200 OK", JSON, b'{"reason": "valid"}')


def run(client: Client, settings: Settings, url: str) -> str:
    """Run it for a service at `url`, whichever the environment; return the page."""
    settings.KEY_VALIDATION_URLS = dict.fromkeys(Environment, url)
    return client.post(URL).text


def results(page: str, environment: str = "production") -> dict[str, str]:
    """Return what the page shows of each step."""
    part = page.split(f'id="{environment}"')[1].split("</section>")[0]
    steps = re.findall(
        r"<strong>(\w+)</strong>\s*<span class=\"badge[^>]*>.*?</svg>([^<]+)", part, re.S
    )
    return {title: result.strip() for title, result in steps}


def expected(*passed: str, **others: str) -> dict[str, str]:
    return {step: others.get(step, "Good" if step in passed else "Not run") for step in STEPS}
