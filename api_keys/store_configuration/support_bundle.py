"""A diagnosis as text for whoever helps: everything that was found, and nothing that is secret."""

import platform
import ssl
from collections.abc import Iterable, Iterator
from datetime import UTC
from importlib.metadata import version

from django.conf import settings

from api_keys.contract import KEY_PATTERN
from api_keys.store_configuration.diagnosis import Diagnosis, Step
from api_keys.store_configuration.environments import label_of


def bundle_of(diagnoses: Iterable[Diagnosis]) -> str:
    """Return the text. No key, password or value of a header is ever in it."""
    lines = ["Service connection", *_versions(), *_settings()]
    for diagnosis in diagnoses:
        lines += ["", *_about(diagnosis)]
    # Should somebody have put a key into a setting that is shown.
    return KEY_PATTERN.sub("(a key)", "\n".join(lines) + "\n")


def _versions() -> Iterator[str]:
    yield f"Python {platform.python_version()}"
    yield ssl.OPENSSL_VERSION
    for package in ("Django", "requests", "urllib3"):
        yield f"{package} {version(package)}"


def _settings() -> Iterator[str]:
    yield f"KEY_VALIDATION_CONNECT_TIMEOUT {settings.KEY_VALIDATION_CONNECT_TIMEOUT}"
    yield f"KEY_VALIDATION_TIMEOUT {settings.KEY_VALIDATION_TIMEOUT}"
    yield f"KEY_VALIDATION_GRACE {settings.KEY_VALIDATION_GRACE}"
    yield f"KEY_VALIDATION_ALLOW_HTTP {settings.KEY_VALIDATION_ALLOW_HTTP}"
    networks = ", ".join(map(str, settings.KEY_VALIDATION_ALLOWED_NETWORKS))
    yield f"KEY_VALIDATION_ALLOWED_NETWORKS {networks or '(none)'}"
    yield f"KEY_VALIDATION_CA_BUNDLE {settings.KEY_VALIDATION_CA_BUNDLE or '(none)'}"


def _about(diagnosis: Diagnosis) -> Iterator[str]:
    target = diagnosis.target
    yield f"{label_of(target.environment)}: {target.url}"
    yield f"  Proxy: {target.proxy or '(none)'}"
    yield f"  Run at {diagnosis.ran_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    yield f"  Request id: {diagnosis.request_id}"
    if held := target.held:
        source = f", from {held.locked_by}" if held.locked_by else ""
        yield f"  Key: fingerprint {held.fingerprint}, ends in {held.last_four or '?'}{source}"
    else:
        yield "  Key: (none)"
    for step in diagnosis.steps:
        yield from _about_step(step)


def _about_step(step: Step) -> Iterator[str]:
    took = "" if step.milliseconds is None else f", {step.milliseconds} ms"
    yield f"  {step.title}: {step.result.replace('_', ' ')}{took}"
    for line in (*step.found, step.why, step.remedy):
        if line:
            yield f"    {line}"
