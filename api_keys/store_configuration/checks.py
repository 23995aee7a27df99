"""System checks of what the Admin calls: an unsafe setting stops the start, by its name."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from urllib3.util import parse_url

from api_keys.contract import Environment
from api_keys.store_configuration.addresses import is_forbidden_literal, is_loopback


@register
def check_validation_settings(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for environment in Environment:
        found += _check_url(
            f"KEY_VALIDATION_URL_{environment.name}", settings.KEY_VALIDATION_URLS[environment]
        )
    if not 0 < settings.KEY_VALIDATION_CONNECT_TIMEOUT <= settings.KEY_VALIDATION_TIMEOUT <= 30:
        found.append(
            Error(
                "KEY_VALIDATION_CONNECT_TIMEOUT and KEY_VALIDATION_TIMEOUT are out of range.",
                hint="Seconds: 0 < KEY_VALIDATION_CONNECT_TIMEOUT <= KEY_VALIDATION_TIMEOUT <= 30.",
                id="store_configuration.E003",
            )
        )
    if not 0 <= settings.KEY_VALIDATION_GRACE <= 24 * 3600:
        found.append(
            Error(
                "KEY_VALIDATION_GRACE is out of range.",
                hint="Seconds, 24 hours at most: 0 <= KEY_VALIDATION_GRACE <= 86400.",
                id="store_configuration.E006",
            )
        )
    if not 1 <= settings.KEY_VERIFICATION_MINUTES <= 24 * 60:
        found.append(
            Error(
                "KEY_VERIFICATION_MINUTES is out of range.",
                hint="Minutes, a day at most: 1 <= KEY_VERIFICATION_MINUTES <= 1440.",
                id="store_configuration.E007",
            )
        )
    if settings.KEY_VALIDATION_CA_BUNDLE and not Path(settings.KEY_VALIDATION_CA_BUNDLE).is_file():
        found.append(
            Error("KEY_VALIDATION_CA_BUNDLE names no file.", id="store_configuration.E004")
        )
    if not _is_address(settings.API_PORTAL_URL):
        found.append(
            Error("API_PORTAL_URL is no http or https address.", id="store_configuration.E005")
        )
    return found


def _check_url(name: str, url: str) -> list[CheckMessage]:
    if not _is_address(url) or "?" in url or "#" in url:
        return [
            Error(
                f"{name} has to be an http or https address without a query.",
                id="store_configuration.E001",
            )
        ]
    if is_forbidden_literal(url):
        return [
            Error(
                f"{name} is an address of this network, not of the internet.",
                hint="If the key service is there, list it in KEY_VALIDATION_ALLOWED_NETWORKS.",
                id="store_configuration.E008",
            )
        ]
    is_in_clear = url.lower().startswith("http:") and not is_loopback(url)
    if is_in_clear and not settings.KEY_VALIDATION_ALLOW_HTTP:
        return [
            Error(
                f"{name} would send keys in clear over the network.",
                hint="Use https, or set KEY_VALIDATION_ALLOW_HTTP where the network is trusted.",
                id="store_configuration.E002",
            )
        ]
    return []


def _is_address(url: str) -> bool:
    try:
        parts = parse_url(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.host) and not parts.auth
