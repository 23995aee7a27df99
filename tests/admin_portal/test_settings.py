"""Each site's real settings, booted in a process of its own, as `make run` and a server do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from admin_portal.embedded.secrets_file import write_secrets

ROOT = Path(__file__).resolve().parents[2]
ADMIN = "admin_portal.settings.admin"
ACCOUNT = "admin_portal.settings.commerce_account"
SITES = [ADMIN, ACCOUNT]
WSGI = {ADMIN: "admin_portal.wsgi", ACCOUNT: "api_keys.commerce_account.wsgi"}
ANOTHER_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a fresh installation: random secrets and nothing else set."""
    write_secrets(tmp_path / ".env")
    (tmp_path / "static").mkdir()
    return {
        "PATH": os.environ["PATH"],
        "ENV_FILE": str(tmp_path / ".env"),
        "VAR_DIR": str(tmp_path),
    }


def run(code: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *code], cwd=ROOT, env=environment, capture_output=True, text=True
    )


def read(settings: str, expression: str, environment: dict[str, str]) -> str:
    code = f"from django.conf import settings; print({expression})"
    done = run(["-c", code], {**environment, "DJANGO_SETTINGS_MODULE": settings})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("settings", SITES)
def test_site_starts_on_what_a_fresh_installation_has(
    settings: str, environment: dict[str, str]
) -> None:
    checked = run(["-W", "error", "manage.py", "check", "--settings", settings], environment)
    served = run(["-c", f"import {WSGI[settings]}"], environment)

    assert (checked.returncode, checked.stderr) == (0, "")
    assert (served.returncode, served.stderr) == (0, "")


@pytest.mark.parametrize("settings", SITES)
def test_migrations_are_complete(settings: str, environment: dict[str, str]) -> None:
    done = run(
        ["manage.py", "makemigrations", "--check", "--dry-run", "--settings", settings],
        environment,
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("settings", "variable", "value"),
    [
        (ADMIN, "ADMIN_SECRET_KEY", ""),
        (ADMIN, "ADMIN_SECRET_KEY", "a" * 60),
        (ADMIN, "ADMIN_ENCRYPTION_KEYS", "not a key"),
        (ADMIN, "ADMIN_ENCRYPTION_KEYS", ""),
        (ADMIN, "ADMIN_URL", "http://admin.example"),
        (ADMIN, "ADMIN_URL", "ftp://admin.example"),
        (ADMIN, "ADMIN_URL", "https://admin.example/shop"),
        (ADMIN, "ADMIN_URL", "https://*"),
        (ADMIN, "ADMIN_URL", "https://[bad"),
        (ADMIN, "ADMIN_URL", "https://admin.example:port"),
        (ADMIN, "ADMIN_PORT", "none"),
        (ADMIN, "KEY_VALIDATION_GRACE", "86401"),
        (ADMIN, "KEY_VALIDATION_GRACE", "-1"),
        (ADMIN, "ADMIN_SECRET_KEY", "          # 50 random characters or more, without spaces"),
        (ADMIN, "KEY_VALIDATION_URL_PRODUCTION", "http://evil.example\\@127.0.0.1"),
        (ADMIN, "KEY_VALIDATION_URL_PRODUCTION", "https://user:secret@keys.example"),
        (ADMIN, "KEY_VALIDATION_URL_PRODUCTION", "https://keys .example"),
        (ADMIN, "KEY_VALIDATION_CA_BUNDLE", "/no/such/file"),
        (ADMIN, "KEY_VALIDATION_URL_PRODUCTION", "http://keys.example"),
        (ADMIN, "KEY_VALIDATION_URL_SANDBOX", "file:///etc/passwd"),
        (ADMIN, "KEY_VALIDATION_URL_SANDBOX", "https://[keys.example"),
        (ADMIN, "KEY_VALIDATION_URL_PRODUCTION", "https://keys.example/?key="),
        (ADMIN, "KEY_VALIDATION_URL_SANDBOX", "https://keys.example/#top"),
        (ADMIN, "KEY_VALIDATION_URL_PRODUCTION", "https://169.254.169.254/latest"),
        (ADMIN, "KEY_VALIDATION_URL_SANDBOX", "https://[::ffff:10.1.2.3]"),
        (ADMIN, "KEY_VALIDATION_URL_SANDBOX", "https://2130706433"),
        (ADMIN, "KEY_VALIDATION_ALLOWED_NETWORKS", "10.0.0.0/8, everywhere"),
        (ADMIN, "KEY_VALIDATION_ALLOW_HTTP", "perhaps"),
        (ADMIN, "DEBUG", "maybe"),
        (ADMIN, "TRUSTED_PROXIES", "10.0.0.0/8 192.0.2.10"),
        (ACCOUNT, "TRUSTED_PROXIES", "10.0.0.1/8"),
        (ADMIN, "SECURITY_CONTACT", "ask us"),
        (ACCOUNT, "SECURITY_CONTACT", "http://example.com/security"),
        (ACCOUNT, "LIMIT_PER_KEY", "-1"),
        (ACCOUNT, "LIMIT_PER_ADDRESS", "many"),
        (ACCOUNT, "LIMIT_FAILED_ATTEMPTS", "-60"),
        (ACCOUNT, "LIMITS_URL", "nowhere"),
        (ACCOUNT, "LIMITS_URL", "redis"),
        (ACCOUNT, "USAGE_FLUSH_SECONDS", "0"),
        (ACCOUNT, "USAGE_FLUSH_SECONDS", "61"),
        (ACCOUNT, "ACCOUNT_EMAIL_URL", "nonsense"),
        (ADMIN, "ADMIN_LOCKOUT_FAILURES", "0"),
        (ADMIN, "ADMIN_PASSWORD_MIN_LENGTH", "7"),
        (ADMIN, "ADMIN_PASSWORD_LIFETIME_DAYS", "-1"),
        (ADMIN, "ADMIN_PASSWORD_REUSE", "25"),
        (ADMIN, "ADMIN_TWO_FACTOR", "perhaps"),
        (ADMIN, "ADMIN_LOCKOUT_MINUTES", "1441"),
        (ADMIN, "ADMIN_SESSION_IDLE_MINUTES", "1"),
        (ADMIN, "ADMIN_SESSION_HOURS", "0"),
        (ADMIN, "ADMIN_ACCOUNT_SHARING", "maybe"),
        (ADMIN, "KEY_VALIDATION_TIMEOUT", "31"),
        (ADMIN, "KEY_VALIDATION_TIMEOUT", "0.5"),
        (ADMIN, "KEY_VALIDATION_CONNECT_TIMEOUT", "0"),
        (ADMIN, "KEY_VALIDATION_TIMEOUT", "soon"),
        (ADMIN, "API_PORTAL_URL", "javascript:alert(1)"),
        (ACCOUNT, "ACCOUNT_SECRET_KEY", "short"),
        (ACCOUNT, "ACCOUNT_ENCRYPTION_KEYS", "c2hvcnQ="),
        (ACCOUNT, "ACCOUNT_DIGEST_KEY", "short"),
        (ACCOUNT, "ACCOUNT_URL", "http://account.example"),
        (ACCOUNT, "ACCOUNT_SESSION_IDLE_MINUTES", "0"),
        (ACCOUNT, "ACCOUNT_SESSION_HOURS", "721"),
        (ACCOUNT, "LIVE_KEYS_PER_ENVIRONMENT", "0"),
        (ACCOUNT, "ROLL_GRACE_SECONDS", "-1"),
        (ACCOUNT, "STEP_UP_SECONDS", "x"),
        (ACCOUNT, "ISSUED_KEY_LIFETIME_DAYS", "30"),
        (ADMIN, "TRUSTED_PROXY_COUNT", "1"),
        (ACCOUNT, "JOBS_URL", "amqp://host/0"),
        (ACCOUNT, "JOBS_URL", "redis:///0"),
        (ACCOUNT, "JOBS_URL", "valkey://host:port/0"),
        (ACCOUNT, "JOBS_URL", "postgres://host/name?no=option"),
        (ADMIN, "ADMIN_CACHE_URL", "memcached://host"),
        (ACCOUNT, "ACCOUNT_CACHE_URL", "valkey://host:6379/cache"),
        (ACCOUNT, "ACCOUNT_CACHE_URL", "redis://host/0?no=option"),
        (ACCOUNT, "RETENTION_DAYS", "7"),
        (ADMIN, "RETENTION_DAYS", "7"),
        (ADMIN, "KEY_VERIFICATION_MINUTES", "0"),
        (ADMIN, "KEY_VERIFICATION_MINUTES", "1441"),
        (ADMIN, "ADMIN_JOBS_URL", "amqp://host/0"),
        (ADMIN, "ADMIN_EMAIL_URL", "nonsense"),
        (ADMIN, "ADMIN_DATABASE_URL", "mysql://host/name"),
        (ACCOUNT, "ACCOUNT_DATABASE_URL", "postgres://host"),
        (ACCOUNT, "ACCOUNT_DATABASE_URL", "postgres://host:port/name"),
        (ACCOUNT, "ACCOUNT_DATABASE_URL", "postgres://the host/name"),
    ],
)
def test_unsafe_setting_stops_the_start_by_its_name(
    settings: str, variable: str, value: str, environment: dict[str, str]
) -> None:
    done = run(["-c", f"import {WSGI[settings]}"], {**environment, variable: value})

    assert done.returncode != 0
    _before, marker, findings = done.stderr.partition("ERRORS:")
    assert variable in (findings if marker else done.stderr.splitlines()[-1])


@pytest.mark.parametrize("variable", ["ADMIN_SECRET_KEY", "ADMIN_ENCRYPTION_KEYS"])
def test_missing_secret_stops_the_start_by_its_name(
    variable: str, environment: dict[str, str]
) -> None:
    kept = [
        line
        for line in Path(environment["ENV_FILE"]).read_text().splitlines()
        if not line.startswith(variable)
    ]
    Path(environment["ENV_FILE"]).write_text("\n".join(kept))

    done = run(["-c", "import admin_portal.wsgi"], environment)

    assert done.returncode != 0
    assert variable in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(("settings", "prefix"), [(ADMIN, "ADMIN"), (ACCOUNT, "ACCOUNT")])
def test_debug_is_refused_beyond_this_machine(
    settings: str, prefix: str, environment: dict[str, str]
) -> None:
    served = {**environment, "DEBUG": "on", f"{prefix}_URL": f"https://{prefix.lower()}.example"}

    done = run(["-c", f"import {WSGI[settings]}"], served)

    assert done.returncode != 0
    assert "DEBUG is on" in done.stderr


@pytest.mark.parametrize(
    ("settings", "prefix", "site"),
    [(ADMIN, "ADMIN", "admin"), (ACCOUNT, "ACCOUNT", "account")],
)
def test_site_of_https_protects_its_cookies_and_names_only_itself(
    settings: str, prefix: str, site: str, environment: dict[str, str]
) -> None:
    served = {**environment, f"{prefix}_URL": f"https://{site}.example"}
    names = (
        "settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_SECURE,"
        " settings.CSRF_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS, settings.SECURE_SSL_REDIRECT,"
        " settings.ALLOWED_HOSTS"
    )

    assert read(settings, f"[{names}]", served) == (
        f"['__Host-{site}_session', '__Host-{site}_csrf', True, True, 31536000, True,"
        f" ['{site}.example']]"
    )


@pytest.mark.parametrize("url", ["HTTPS://Admin.Example", " https://admin.example/ "])
def test_way_an_address_is_written_makes_it_no_less_safe(
    url: str, environment: dict[str, str]
) -> None:
    names = "settings.SITE_URL, settings.IS_HTTPS, settings.SESSION_COOKIE_SECURE"

    seen = read(ADMIN, names, {**environment, "ADMIN_URL": url})

    assert seen == "https://admin.example True True"


def test_admin_asks_the_commerce_account_wherever_that_is(environment: dict[str, str]) -> None:
    moved = {**environment, "ACCOUNT_URL": "https://account.example/"}

    urls = read(ADMIN, "settings.KEY_VALIDATION_URLS, settings.API_PORTAL_URL", moved)

    assert urls.count("https://account.example") == 3
    assert "https://account.example/sandbox" in urls


def test_debug_brings_no_hsts(environment: dict[str, str]) -> None:
    debugging = {**environment, "DEBUG": "on", "ADMIN_URL": "https://localhost"}

    assert read(ADMIN, "settings.SECURE_HSTS_SECONDS", debugging) == "0"


def test_the_sites_share_no_cookie_name_and_no_secret(environment: dict[str, str]) -> None:
    names = (
        "settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.SECRET_KEY,"
        " settings.ENCRYPTION_KEYS[0]"
    )

    admin = read(ADMIN, names, environment).split()
    account = read(ACCOUNT, names, environment).split()

    assert len(admin) == len(account) == 4
    assert not set(admin) & set(account)


@pytest.mark.parametrize("settings", SITES)
def test_passwords_are_hashed_with_argon2(settings: str, environment: dict[str, str]) -> None:
    code = (
        "import django; django.setup();"
        "from django.contrib.auth.hashers import make_password; print(make_password('x'))"
    )

    done = run(["-c", code], {**environment, "DJANGO_SETTINGS_MODULE": settings})

    assert done.stdout.startswith("argon2$argon2id$")


def test_http_beyond_loopback_may_be_allowed_for_the_key_service(
    environment: dict[str, str],
) -> None:
    allowed = {
        **environment,
        "KEY_VALIDATION_URL_PRODUCTION": "http://keys.internal",
        "KEY_VALIDATION_ALLOW_HTTP": "on",
    }

    assert run(["-c", "import admin_portal.wsgi"], allowed).returncode == 0


def test_address_of_a_private_network_may_be_allowed_for_the_key_service(
    environment: dict[str, str],
) -> None:
    allowed = {
        **environment,
        "KEY_VALIDATION_URL_PRODUCTION": "https://10.1.2.3",
        "KEY_VALIDATION_ALLOWED_NETWORKS": "192.168.7.0/24, 10.0.0.0/8",
    }

    assert run(["-c", "import admin_portal.wsgi"], allowed).returncode == 0


def test_mail_server_makes_confirming_the_address_mandatory(environment: dict[str, str]) -> None:
    names = "settings.ACCOUNT_EMAIL_VERIFICATION, settings.EMAIL_BACKEND"
    served = {**environment, "ACCOUNT_EMAIL_URL": "smtp+tls://user:password@mail.example:587"}

    assert "optional" in read(ACCOUNT, names, environment)
    assert "mandatory django.core.mail.backends.smtp.EmailBackend" in read(ACCOUNT, names, served)


def test_account_beyond_this_machine_needs_a_mail_server(environment: dict[str, str]) -> None:
    served = {**environment, "ACCOUNT_URL": "https://account.example"}
    with_mail = {**served, "ACCOUNT_EMAIL_URL": "smtp+tls://user:password@mail.example:587"}

    refused = run(["-c", f"import {WSGI[ACCOUNT]}"], served)
    accepted = run(["-c", f"import {WSGI[ACCOUNT]}"], with_mail)

    assert refused.returncode != 0
    assert "ACCOUNT_EMAIL_URL is not set" in refused.stderr
    assert (accepted.returncode, accepted.stderr) == (0, "")


def test_known_devices_have_a_host_cookie_on_a_site_of_https(environment: dict[str, str]) -> None:
    served = {**environment, "ACCOUNT_URL": "https://account.example"}

    assert read(ACCOUNT, "settings.KNOWN_DEVICES_COOKIE_NAME", environment) == "account_devices"
    assert read(ACCOUNT, "settings.KNOWN_DEVICES_COOKIE_NAME", served) == "__Host-account_devices"


def test_database_s_address_may_have_options_and_quoted_characters(
    environment: dict[str, str],
) -> None:
    url = "postgres://ann:p%40ss@db.example:5433/keys?sslmode=require"
    names = "[settings.DATABASES['default'][name] for name in ('HOST', 'PASSWORD', 'OPTIONS')]"

    seen = read(ACCOUNT, names, {**environment, "ACCOUNT_DATABASE_URL": url})

    assert seen == "['db.example', 'p@ss', {'sslmode': 'require'}]"


@pytest.mark.parametrize(("settings", "site"), [(ADMIN, "admin"), (ACCOUNT, "account")])
def test_cache_may_be_any_server_s_that_speaks_redis_s_protocol(
    settings: str, site: str, environment: dict[str, str]
) -> None:
    url = "valkeys://:p%40ss,word@cache.example:6380/1?ssl_ca_certs=/etc/ca.pem"
    names = "[settings.CACHES['default'][name] for name in ('LOCATION', 'KEY_PREFIX')]"

    seen = read(settings, names, {**environment, f"{site.upper()}_CACHE_URL": url})

    assert seen == str([[url.replace("valkeys:", "rediss:")], f"commerce-{site}"])


def test_ports_of_make_run_lead_the_sites_to_each_other(environment: dict[str, str]) -> None:
    ported = {**environment, "ADMIN_PORT": "8100", "ACCOUNT_PORT": "8101"}

    urls = read(ADMIN, "settings.KEY_VALIDATION_URLS, settings.API_PORTAL_URL", ported)

    assert urls.count("http://127.0.0.1:8101") == 3
    assert read(ACCOUNT, "settings.SITE_URL", ported) == "http://127.0.0.1:8101"


def test_keys_come_from_variables_or_files(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a key\n")
    environment["PRODUCTION_API_KEY_FILE"] = str(tmp_path / "key")
    environment["SANDBOX_API_KEY"] = "another"

    found = read(ADMIN, "settings.LOCKED_API_KEYS", environment)

    assert found == str(
        {
            "production": ("PRODUCTION_API_KEY_FILE", "a key"),
            "sandbox": ("SANDBOX_API_KEY", "another"),
        }
    )


@pytest.mark.parametrize("file", ["no such file", "."])
def test_unreadable_key_file_stops_the_start(environment: dict[str, str], file: str) -> None:
    environment["PRODUCTION_API_KEY_FILE"] = file

    done = run(["manage.py", "check"], environment)

    assert done.returncode != 0
    assert "PRODUCTION_API_KEY_FILE names no text file" in done.stderr


@pytest.mark.parametrize("file", [None, "  \n"])
def test_key_of_nothing_stops_the_start(
    environment: dict[str, str], tmp_path: Path, file: str | None
) -> None:
    name = "PRODUCTION_API_KEY" if file is None else "PRODUCTION_API_KEY_FILE"
    (tmp_path / "key").write_text(file or "")
    environment[name] = "  " if file is None else str(tmp_path / "key")

    done = run(["manage.py", "check"], environment)

    assert done.returncode != 0
    assert f"{name} holds nothing but spaces" in done.stderr


def test_key_that_is_no_text_stops_the_start_without_being_shown(
    environment: dict[str, str],
) -> None:
    environment["PRODUCTION_API_KEY"] = "abcdefgh\udcff"

    done = run(["manage.py", "check"], environment)

    assert done.returncode != 0
    assert "PRODUCTION_API_KEY is no text" in done.stderr
    assert "abcdefgh" not in done.stderr


def test_key_may_begin_with_any_character(environment: dict[str, str]) -> None:
    environment["PRODUCTION_API_KEY"] = "$HOME"

    found = read(ADMIN, "settings.LOCKED_API_KEYS", environment)

    assert found == str({"production": ("PRODUCTION_API_KEY", "$HOME")})


def test_key_set_twice_stops_the_start(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a key")
    environment["SANDBOX_API_KEY_FILE"] = str(tmp_path / "key")
    environment["SANDBOX_API_KEY"] = "another"

    done = run(["manage.py", "check"], environment)

    assert done.returncode != 0
    assert "SANDBOX_API_KEY and SANDBOX_API_KEY_FILE are both set" in done.stderr


@pytest.mark.parametrize(
    ("url", "said", "required"),
    [
        ("", "", "False"),
        ("http://localhost:8000", "", "False"),
        ("", "on", "True"),
        ("https://admin.example", "", "True"),
        ("https://admin.example", "on", "True"),
    ],
)
def test_second_factor_is_required_beyond_this_machine(
    url: str, said: str, required: str, environment: dict[str, str]
) -> None:
    served = {**environment, "ADMIN_TWO_FACTOR": said, **({"ADMIN_URL": url} if url else {})}

    assert read(ADMIN, "settings.SECOND_FACTOR_REQUIRED", served) == required


def test_second_factor_cannot_be_turned_off_beyond_this_machine(
    environment: dict[str, str],
) -> None:
    off = {**environment, "ADMIN_TWO_FACTOR": "off"}

    here = run(["-c", "import admin_portal.wsgi"], off)
    beyond = run(["-c", "import admin_portal.wsgi"], {**off, "ADMIN_URL": "https://admin.example"})

    assert (here.returncode, here.stderr) == (0, "")
    assert beyond.returncode != 0
    assert "ADMIN_TWO_FACTOR is off" in beyond.stderr
