"""Where the sites are, and what follows from it: cookies, HSTS, and how they find each other."""

import pytest

from tests.admin_portal.booting import ACCOUNT, ADMIN, Environment, Site


@pytest.mark.parametrize(
    ("settings", "prefix", "site"),
    [(ADMIN, "ADMIN", "admin"), (ACCOUNT, "ACCOUNT", "account")],
)
def test_site_of_https_protects_its_cookies_and_names_only_itself(
    settings: str, prefix: str, site: str, sites: dict[str, Site], environment: Environment
) -> None:
    served = {**environment, f"{prefix}_URL": f"https://{site}.example"}
    names = (
        "settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_SECURE,"
        " settings.CSRF_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS, settings.SECURE_SSL_REDIRECT,"
        " settings.ALLOWED_HOSTS"
    )

    assert sites[settings].read(f"[{names}]", served) == (
        f"['__Host-{site}_session', '__Host-{site}_csrf', True, True, 31536000, True,"
        f" ['{site}.example']]"
    )


@pytest.mark.parametrize("url", ["HTTPS://Admin.Example", " https://admin.example/ "])
def test_way_an_address_is_written_makes_it_no_less_safe(
    url: str, admin: Site, environment: Environment
) -> None:
    names = "settings.SITE_URL, settings.IS_HTTPS, settings.SESSION_COOKIE_SECURE"

    seen = admin.read(names, {**environment, "ADMIN_URL": url})

    assert seen == "https://admin.example True True"


def test_admin_asks_the_commerce_account_wherever_that_is(
    admin: Site, environment: Environment
) -> None:
    moved = {**environment, "ACCOUNT_URL": "https://account.example/"}

    urls = admin.read("settings.KEY_VALIDATION_URLS, settings.API_PORTAL_URL", moved)

    assert urls.count("https://account.example") == 3
    assert "https://account.example/sandbox" in urls


def test_ports_of_make_run_lead_the_sites_to_each_other(
    admin: Site, account: Site, environment: Environment
) -> None:
    ported = {**environment, "ADMIN_PORT": "8100", "ACCOUNT_PORT": "8101"}

    urls = admin.read("settings.KEY_VALIDATION_URLS, settings.API_PORTAL_URL", ported)

    assert urls.count("http://127.0.0.1:8101") == 3
    assert account.read("settings.SITE_URL", ported) == "http://127.0.0.1:8101"


def test_the_sites_share_no_cookie_name_and_no_secret(
    admin: Site, account: Site, environment: Environment
) -> None:
    names = (
        "settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.SECRET_KEY,"
        " settings.ENCRYPTION_KEYS[0]"
    )

    admins = admin.read(names, environment).split()
    accounts = account.read(names, environment).split()

    assert len(admins) == len(accounts) == 4
    assert not set(admins) & set(accounts)


def test_known_devices_have_a_host_cookie_on_a_site_of_https(
    account: Site, environment: Environment
) -> None:
    served = {**environment, "ACCOUNT_URL": "https://account.example"}

    assert account.read("settings.KNOWN_DEVICES_COOKIE_NAME", environment) == "account_devices"
    assert account.read("settings.KNOWN_DEVICES_COOKIE_NAME", served) == "__Host-account_devices"


@pytest.mark.parametrize(
    "allowed",
    [
        {
            "KEY_VALIDATION_URL_PRODUCTION": "http://keys.internal",
            "KEY_VALIDATION_ALLOW_HTTP": "on",
        },
        {
            "KEY_VALIDATION_URL_PRODUCTION": "https://10.1.2.3",
            "KEY_VALIDATION_ALLOWED_NETWORKS": "192.168.7.0/24, 10.0.0.0/8",
        },
    ],
)
def test_http_and_private_networks_may_be_allowed_for_the_key_service(
    allowed: dict[str, str], admin: Site, environment: Environment
) -> None:
    assert admin.start({**environment, **allowed}).error == ""
