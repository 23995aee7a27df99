"""A diagnosis as text for whoever helps: everything that was found, and nothing that is secret."""

import platform
import ssl
from collections.abc import Iterable, Iterator
from datetime import UTC
from importlib.metadata import version

from django.conf import settings
from django.utils.translation import gettext as _, gettext_lazy

from api_keys.contract import KEY_PATTERN
from api_keys.store_configuration.diagnosis import Diagnosis, Result, Step
from api_keys.store_configuration.environments import label_of
from api_keys.store_configuration.held_keys import HeldKey


def bundle_of(diagnoses: Iterable[Diagnosis]) -> str:
    """Return the text. No key, password or value of a header is ever in it."""
    lines = [_("Service connection"), *_versions(), *_settings()]
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
    yield "  " + _("Proxy: %s") % (target.proxy or _("(none)"))
    yield "  " + _("Run at %s UTC") % f"{diagnosis.ran_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    yield "  " + _("Request id: %s") % diagnosis.request_id
    yield f"  {_about_key(target.held)}"
    for step in diagnosis.steps:
        yield from _about_step(step)


def _about_key(held: HeldKey | None) -> str:
    if held is None:
        return _("Key: (none)")
    words = {
        "fingerprint": held.fingerprint,
        "last_four": held.last_four or "?",
        "source": held.locked_by,
    }
    if held.locked_by:
        text = _("Key: fingerprint %(fingerprint)s, ends in %(last_four)s, from %(source)s")
    else:
        text = _("Key: fingerprint %(fingerprint)s, ends in %(last_four)s")
    return text % words


_RESULTS = {
    Result.PASSED: gettext_lazy("passed"),
    Result.WARNING: gettext_lazy("warning"),
    Result.FAILED: gettext_lazy("failed"),
    Result.NOT_USED: gettext_lazy("not used"),
    Result.NOT_RUN: gettext_lazy("not run"),
}


def _about_step(step: Step) -> Iterator[str]:
    took = "" if step.milliseconds is None else f", {step.milliseconds} ms"
    yield f"  {step.title}: {_RESULTS[step.result]}{took}"
    for line in (*step.found, step.why, step.remedy):
        if line:
            yield f"    {line}"
