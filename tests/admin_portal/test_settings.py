"""Each site's real settings, started as `make run` and a server do.

The first tests start a process of their own; for the many others, see `booting`.
"""

from pathlib import Path

import pytest

from tests.admin_portal.booting import ACCOUNT, ADMIN, SITES, WSGI, Environment, Site, run


@pytest.mark.parametrize("settings", SITES)
def test_site_starts_on_what_a_fresh_installation_has(
    settings: str, environment: Environment
) -> None:
    checked = run(["-W", "error", "manage.py", "check", "--settings", settings], environment)
    served = run(["-c", f"import {WSGI[settings]}"], environment)

    assert (checked.returncode, checked.stderr) == (0, "")
    assert (served.returncode, served.stderr) == (0, "")


@pytest.mark.parametrize(
    ("variable", "value"),
    [("ADMIN_SECRET_KEY", ""), ("KEY_VALIDATION_URL_SANDBOX", "https://169.254.169.254")],
)
def test_process_does_not_start_on_an_unsafe_setting(
    variable: str, value: str, environment: Environment
) -> None:
    unsafe = {**environment, variable: value}

    checked = run(["manage.py", "check"], unsafe)
    served = run(["-c", "import admin_portal.wsgi"], unsafe)

    assert (checked.returncode, served.returncode) == (1, 1)
    assert variable in checked.stderr
    assert variable in served.stderr


@pytest.mark.parametrize("settings", SITES)
def test_site_starts_in_a_fork_as_well(
    settings: str, sites: dict[str, Site], environment: Environment
) -> None:
    assert sites[settings].start(environment).error == ""


@pytest.mark.parametrize("settings", SITES)
def test_migrations_are_complete(
    settings: str, sites: dict[str, Site], environment: Environment
) -> None:
    code = (
        "from django.core.management import call_command;"
        "call_command('makemigrations', check_changes=True, dry_run=True)"
    )

    done = sites[settings].execute(code, environment)

    assert (done.printed.strip(), done.error) == ("No changes detected", "")


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
    settings: str, variable: str, value: str, sites: dict[str, Site], environment: Environment
) -> None:
    done = sites[settings].start({**environment, variable: value})

    assert variable in done.reason


@pytest.mark.parametrize("variable", ["ADMIN_SECRET_KEY", "ADMIN_ENCRYPTION_KEYS"])
def test_missing_secret_stops_the_start_by_its_name(
    variable: str, admin: Site, environment: Environment
) -> None:
    kept = [
        line
        for line in Path(environment["ENV_FILE"]).read_text().splitlines()
        if not line.startswith(variable)
    ]
    Path(environment["ENV_FILE"]).write_text("\n".join(kept))

    assert variable in admin.start(environment).reason


@pytest.mark.parametrize(("settings", "prefix"), [(ADMIN, "ADMIN"), (ACCOUNT, "ACCOUNT")])
def test_debug_is_refused_beyond_this_machine(
    settings: str, prefix: str, sites: dict[str, Site], environment: Environment
) -> None:
    served = {**environment, "DEBUG": "on", f"{prefix}_URL": f"https://{prefix.lower()}.example"}

    assert "DEBUG is on" in sites[settings].start(served).reason


def test_debug_brings_no_hsts(admin: Site, environment: Environment) -> None:
    debugging = {**environment, "DEBUG": "on", "ADMIN_URL": "https://localhost"}

    assert admin.read("settings.SECURE_HSTS_SECONDS", debugging) == "0"


@pytest.mark.parametrize("settings", SITES)
def test_passwords_are_hashed_with_argon2(
    settings: str, sites: dict[str, Site], environment: Environment
) -> None:
    code = "from django.contrib.auth.hashers import make_password; print(make_password('x'))"

    done = sites[settings].execute(code, environment)

    assert done.printed.startswith("argon2$argon2id$")


def test_mail_server_makes_confirming_the_address_mandatory(
    account: Site, environment: Environment
) -> None:
    names = "settings.ACCOUNT_EMAIL_VERIFICATION, settings.EMAIL_BACKEND"
    served = {**environment, "ACCOUNT_EMAIL_URL": "smtp+tls://user:password@mail.example:587"}

    assert "optional" in account.read(names, environment)
    assert "mandatory django.core.mail.backends.smtp.EmailBackend" in account.read(names, served)


def test_account_beyond_this_machine_needs_a_mail_server(
    account: Site, environment: Environment
) -> None:
    served = {**environment, "ACCOUNT_URL": "https://account.example"}
    with_mail = {**served, "ACCOUNT_EMAIL_URL": "smtp+tls://user:password@mail.example:587"}

    assert "ACCOUNT_EMAIL_URL is not set" in account.start(served).reason
    assert account.start(with_mail).error == ""


def test_database_s_address_may_have_options_and_quoted_characters(
    account: Site, environment: Environment
) -> None:
    url = "postgres://ann:p%40ss@db.example:5433/keys?sslmode=require"
    database = "settings.DATABASES['default']"
    names = f"[{database}['HOST'], {database}['PASSWORD'], {database}['OPTIONS']['sslmode']]"

    seen = account.read(names, {**environment, "ACCOUNT_DATABASE_URL": url})

    assert seen == "['db.example', 'p@ss', 'require']"


def test_admin_s_queries_are_planned_by_their_values(
    sites: dict[str, Site], environment: Environment
) -> None:
    url = "postgres://db.example/name?options=-c%20search_path%3Dshop"
    options = "settings.DATABASES['default']['OPTIONS'].get('options')"
    named = {"ADMIN_DATABASE_URL": url, "ACCOUNT_DATABASE_URL": url}

    seen = [sites[each].read(options, {**environment, **named}) for each in (ADMIN, ACCOUNT)]

    assert seen == [
        "-c search_path=shop -c plan_cache_mode=force_custom_plan",
        "-c search_path=shop",
    ]


@pytest.mark.parametrize(("settings", "site"), [(ADMIN, "admin"), (ACCOUNT, "account")])
def test_cache_may_be_any_server_s_that_speaks_redis_s_protocol(
    settings: str, site: str, sites: dict[str, Site], environment: Environment
) -> None:
    url = "valkeys://:p%40ss,word@cache.example:6380/1?ssl_ca_certs=/etc/ca.pem"
    names = "[settings.CACHES['default'][name] for name in ('LOCATION', 'KEY_PREFIX')]"

    seen = sites[settings].read(names, {**environment, f"{site.upper()}_CACHE_URL": url})

    assert seen == str([[url.replace("valkeys:", "rediss:")], f"commerce-{site}"])


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
    url: str, said: str, required: str, admin: Site, environment: Environment
) -> None:
    served = {**environment, "ADMIN_TWO_FACTOR": said, **({"ADMIN_URL": url} if url else {})}

    assert admin.read("settings.SECOND_FACTOR_REQUIRED", served) == required


def test_second_factor_cannot_be_turned_off_beyond_this_machine(
    admin: Site, environment: Environment
) -> None:
    off = {**environment, "ADMIN_TWO_FACTOR": "off"}

    assert admin.start(off).error == ""
    beyond = admin.start({**off, "ADMIN_URL": "https://admin.example"})
    assert "ADMIN_TWO_FACTOR is off" in beyond.reason
