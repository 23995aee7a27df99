"""System checks of what both sites share: an unsafe setting stops the start, by its name.

Each site's settings have the same headings but come from variables of their own, whose names are
what an operator knows; PREFIX says how they begin.
"""

import os
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from admin_portal.settings.base import LOOPBACK_HOSTS

_RETIRED = {
    "TRUSTED_PROXY_COUNT": "TRUSTED_PROXIES names the proxies themselves.",
    "ISSUED_KEY_LIFETIME_DAYS": "Whoever creates a key chooses how long it is good.",
}
_BOUNDS = {"RETENTION_DAYS": (90, 36_500), "STEP_UP_SECONDS": (60, 86_400)}


@register
def check_site_settings(**kwargs: Any) -> list[CheckMessage]:
    prefix = settings.PREFIX
    return [
        *_check_site_url(f"{prefix}_URL"),
        *_check_secret_key(f"{prefix}_SECRET_KEY"),
        *_check_encryption_keys(f"{prefix}_ENCRYPTION_KEYS"),
        *_check_retired_settings(),
        *_check_bounds(),
        *_check_metrics(prefix),
        *_check_tracing(),
    ]


def _check_retired_settings() -> list[CheckMessage]:
    return [
        Error(f"{name} is a setting no more.", hint=instead, id="admin_portal.E005")
        for name, instead in _RETIRED.items()
        if name in os.environ
    ]


def _check_bounds() -> list[CheckMessage]:
    return [
        Error(
            f"{name} is out of range.",
            hint=f"Use a number from {least} to {most}.",
            id="admin_portal.E006",
        )
        for name, (least, most) in _BOUNDS.items()
        if not least <= getattr(settings, name) <= most
    ]


def _check_metrics(prefix: str) -> list[CheckMessage]:
    ports = {
        f"{prefix}_METRICS_PORT": settings.METRICS_PORT,
        f"{prefix}_JOBS_METRICS_PORT": settings.JOBS_METRICS_PORT,
    }
    errors: list[CheckMessage] = [
        Error(f"{name} is no port.", hint="Use 1 to 65535, or 0 for none.", id="admin_portal.E007")
        for name, port in ports.items()
        if not 0 <= port <= 65535
    ]
    if settings.METRICS_PORT and settings.METRICS_PORT == settings.JOBS_METRICS_PORT:
        errors.append(Error(f"{' and '.join(ports)} have to differ.", id="admin_portal.E008"))
    try:
        ip_address(settings.METRICS_ADDRESS)
    except ValueError:
        hint = "As in 127.0.0.1, or 0.0.0.0 for all of this machine's."
        errors.append(Error("METRICS_ADDRESS is no address.", hint=hint, id="admin_portal.E009"))
    return errors


def _check_tracing() -> list[CheckMessage]:
    if not settings.TRACES_ENDPOINT or find_spec("opentelemetry"):
        return []
    return [
        Error(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed.",
            hint="Install what requirements-tracing.txt lists.",
            id="admin_portal.E010",
        )
    ]


def _check_site_url(name: str) -> list[CheckMessage]:
    is_loopback = settings.ALLOWED_HOSTS == LOOPBACK_HOSTS
    if settings.DEBUG and not is_loopback:
        return [
            Error(
                "DEBUG is on, but the site is served beyond this machine.",
                hint=f"Turn DEBUG off: its error pages show settings. {name} names the site.",
                id="admin_portal.E001",
            )
        ]
    if not settings.IS_HTTPS and not is_loopback and not settings.DEBUG:
        return [
            Error(
                f"{name} is http, so that passwords and keys would travel in clear.",
                hint="Serve the site by https, or on loopback only.",
                id="admin_portal.E002",
            )
        ]
    return []


def _check_secret_key(name: str) -> list[CheckMessage]:
    if len(settings.SECRET_KEY) >= 50 and len(set(settings.SECRET_KEY)) >= 5:
        return []
    return [
        Error(
            f"{name} is too short to be secret.",
            hint="Use at least 50 random characters.",
            id="admin_portal.E003",
        )
    ]


def _check_encryption_keys(name: str) -> list[CheckMessage]:
    try:
        keys = [Fernet(key) for key in settings.ENCRYPTION_KEYS]
    except ValueError:
        keys = []
    if keys:
        return []
    return [
        Error(
            f"{name} holds no usable encryption key.",
            hint="Each is 32 random bytes in URL-safe base64; several are parted by commas.",
            id="admin_portal.E004",
        )
    ]
