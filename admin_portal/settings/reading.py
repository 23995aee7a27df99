"""How both sites read their settings from the environment. Nothing is set here."""

import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()  # type: ignore[no-untyped-call]  # the library has no types
env.read_env(os.environ.get("ENV_FILE", BASE_DIR / ".env"))

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

Number = TypeVar("Number", int, float)


def required(name: str) -> str:
    """Return a setting that has no default, because nobody else may know its value."""
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set; .env.example says what it is.")
    if len(value.split()) != 1 or value != value.strip():
        raise ImproperlyConfigured(f"{name} has spaces in it, or a comment behind it.")
    return value


def secret(name: str, file_name: str) -> tuple[str, str] | None:
    """Return which variable holds a secret, and the secret; None where neither is set.

    `name` holds the secret itself, `file_name` the path of a file with it.
    """
    path: str = env.str(file_name, default="")
    # Not by `env`, which takes what begins with $ for the name of another variable.
    value = os.environ.get(name, "")
    if value and path:
        raise ImproperlyConfigured(f"{name} and {file_name} are both set: set one of them.")
    if not value and not path:
        return None
    try:
        found = Path(path).read_text() if path else value.encode().decode()
    except (OSError, UnicodeError):
        what = (
            f"{file_name} names no text file that can be read." if path else f"{name} is no text."
        )
        raise ImproperlyConfigured(what) from None
    if not found.strip():
        raise ImproperlyConfigured(f"{file_name if path else name} holds nothing but spaces.")
    return file_name if path else name, found.strip()


def number(name: str, default: Number) -> Number:
    """Return a setting of the same type as its default."""
    value = env.str(name, default=str(default))
    try:
        return type(default)(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} has to be a number, not “{value}”.") from None


def flag(name: str, default: bool) -> bool:
    """Return a setting that is on or off; where it is empty, the default."""
    value = (env.str(name, default="") or str(default)).lower()
    if value not in (*env.BOOLEAN_TRUE_STRINGS, "false", "off", "no", "0"):
        raise ImproperlyConfigured(f"{name} has to be on or off, not “{value}”.")
    return value in env.BOOLEAN_TRUE_STRINGS


def choice(name: str, default: str, others: list[str]) -> str:
    """Return a setting that is one of a few words."""
    value: str = env.str(name, default="") or default
    if value not in (default, *others):
        words = " or ".join((default, *others))
        raise ImproperlyConfigured(f"{name} has to be {words}, not “{value}”.")
    return value


def log_format() -> str:
    return choice("LOG_FORMAT", "line", ["json"])


def site_url(name: str, port_setting: str, default_port: int) -> str:
    """Return a site's public address, without a slash at the end.

    Where none is set, that is where the embedded default serves it, on the port set by
    `port_setting`.
    """
    port = number(port_setting, default_port)
    url: str = env.str(name, default=f"http://127.0.0.1:{port}").strip().rstrip("/").lower()
    if not re.fullmatch(r"https?://([a-z0-9.-]*[a-z0-9]|\[[0-9a-f:]+\])(:\d+)?", url):
        raise ImproperlyConfigured(f"{name} has to be like https://shop.example.com, not “{url}”.")
    return url


def hosts_of(url: str) -> list[str]:
    """Return the host names under which a site answers: its own, or each name of loopback."""
    host = re.sub(r":\d+$", "", url.split("://")[1])
    return LOOPBACK_HOSTS if host in LOOPBACK_HOSTS else [host]


def database(url_setting: str, sqlite_name: str, *, plans_anew: bool = False) -> dict[str, object]:
    """Return the PostgreSQL database that a setting names, or else an SQLite file of our own.

    `plans_anew` has PostgreSQL plan each query by the values in it. By itself, it takes up one
    plan for all values after some, which reads half of a long log to find that nothing fits.
    """
    url: str = env.str(url_setting, default="")
    if not url:
        return sqlite_database(sqlite_name)
    try:
        found: dict[str, Any] = env.db_url(url_setting)
    except ValueError:
        found = {}
    if not re.fullmatch(r"postgres(ql)?://\S+", url) or not found.get("NAME"):
        raise ImproperlyConfigured(
            f"{url_setting} has to be like postgres://user:password@host/name."
        )
    options = found.get("OPTIONS", {})
    if plans_anew:
        options["options"] = f"{options.get('options', '')} -c plan_cache_mode=force_custom_plan"
    return {
        **found,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **options,
            "server_side_binding": True,
            "prepare_threshold": 5,
        },
    }


def mail_settings(url_setting: str) -> dict[str, object]:
    """Return Django's settings for the mail server that a setting names.

    Without one, e-mails are printed and kept in files.
    """
    if not env.str(url_setting, default=""):
        return {
            "EMAIL_BACKEND": "admin_portal.mail.TerminalAndFileBackend",
            "EMAIL_FILE_PATH": VAR_DIR / "mail",
        }
    try:
        return {**env.email_url(url_setting), "EMAIL_TIMEOUT": 10}
    except (ImproperlyConfigured, ValueError):
        raise ImproperlyConfigured(f"{url_setting} is no address of a mail server.") from None


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Return a setting that lists addresses and networks, parted by commas."""
    listed: str = env.str(name, default="")
    try:
        return [ip_network(item.strip()) for item in listed.split(",") if item.strip()]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} has to list addresses or networks: {error}.") from None


def password_validators(min_length: int) -> list[dict[str, object]]:
    """Return what a password has to be: nothing but long, unlike the person, and not common."""
    validation = "django.contrib.auth.password_validation"
    return [
        {"NAME": f"{validation}.UserAttributeSimilarityValidator"},
        {
            "NAME": f"{validation}.MinimumLengthValidator",
            "OPTIONS": {"min_length": min_length},
        },
        {"NAME": f"{validation}.CommonPasswordValidator"},
    ]


def contact(name: str) -> str:
    """Return a setting that says where to turn to: an address that a browser or program can open.

    A bare e-mail address will do.
    """
    given: str = env.str(name, default="").strip()
    if re.fullmatch(r"[^@\s:]+@[^@\s:]+", given):
        given = f"mailto:{given}"
    if given and not re.fullmatch(r"(mailto:[^@\s]+@[^@\s]+|https://\S+|tel:\+?[0-9.()-]+)", given):
        raise ImproperlyConfigured(
            f"{name} has to be an e-mail address or like https://example.com/security."
        )
    return given


def sqlite_database(name: str) -> dict[str, object]:
    # IMMEDIATE: two transactions that read and then write wait for each other instead of failing.
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": VAR_DIR / f"{name}.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def templates_of(site: str, context_processors: list[str]) -> list[dict[str, object]]:
    """Return Django's TEMPLATES. The site's own folder is searched before the shared one."""
    return [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [BASE_DIR / "templates" / site, BASE_DIR / "templates"],
            "OPTIONS": {
                "loaders": [
                    (
                        "admin_portal.folding.Loader",
                        [
                            "django.template.loaders.filesystem.Loader",
                            "django.template.loaders.app_directories.Loader",
                        ],
                    )
                ],
                "builtins": ["admin_portal.preferences.templatetags.instants"],
                "libraries": {
                    "kept": "admin_portal.kept_parts",
                    "sign_in": "admin_portal.sign_in.template_tags",
                },
                "context_processors": [
                    "admin_portal.csrf.csrf",
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                    "admin_portal.mail.mail_server",
                    *context_processors,
                ],
            },
        }
    ]
