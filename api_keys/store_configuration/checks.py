"""System checks of what the Admin calls: an unsafe setting stops the start, by its name."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from admin_portal.settings.base import LOOPBACK_HOSTS
from api_keys.contract import Environment


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
    if urlsplit(settings.API_PORTAL_URL).scheme not in ("http", "https"):
        found.append(
            Error("API_PORTAL_URL is no http or https address.", id="store_configuration.E004")
        )
    return found


def _check_url(name: str, url: str) -> list[CheckMessage]:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return [Error(f"{name} is no address.", id="store_configuration.E001")]
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        return [
            Error(
                f"{name} has to be an http or https address without a query.",
                id="store_configuration.E001",
            )
        ]
    is_loopback = host in LOOPBACK_HOSTS or f"[{host}]" in LOOPBACK_HOSTS
    if parts.scheme == "http" and not is_loopback and not settings.KEY_VALIDATION_ALLOW_HTTP:
        return [
            Error(
                f"{name} would send keys in clear over the network.",
                hint="Use https, or set KEY_VALIDATION_ALLOW_HTTP where the network is trusted.",
                id="store_configuration.E002",
            )
        ]
    return []
