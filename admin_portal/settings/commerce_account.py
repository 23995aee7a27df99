"""Site 2: the Commerce account. The company that owns the store uses it to issue keys."""

from admin_portal.settings.base import *
from admin_portal.settings.job_queue import job_queue
from admin_portal.settings.valkey import cache

# What the names of variables begin with that are this site's alone
PREFIX = "ACCOUNT"

SITE_URL = site_url("ACCOUNT_URL", "ACCOUNT_PORT", 8001)
IS_HTTPS = SITE_URL.startswith("https://")

# Secrets
SECRET_KEY = required("ACCOUNT_SECRET_KEY")
ENCRYPTION_KEYS = required("ACCOUNT_ENCRYPTION_KEYS").split(",")
DIGEST_KEY = required("ACCOUNT_DIGEST_KEY")

# Parts
INSTALLED_APPS = [*INSTALLED_APPS, "api_keys.commerce_account"]
MIDDLEWARE = [*OUTERMOST_MIDDLEWARE, *MIDDLEWARE]
ROOT_URLCONF = "api_keys.commerce_account.urls"
WSGI_APPLICATION = "api_keys.commerce_account.wsgi.application"
TEMPLATES = templates_of(
    "commerce_account",
    [
        "api_keys.commerce_account.navigation.my_account",
    ],
)
DATABASES = {"default": database("ACCOUNT_DATABASE_URL", "commerce_account")}
CACHES = cache("ACCOUNT_CACHE_URL", "commerce-account")

# Where it is served
ALLOWED_HOSTS = hosts_of(SITE_URL)
SECURE_SSL_REDIRECT = IS_HTTPS
# A client that sends its key in clear has to hear so, not be led on quietly to https.
SECURE_REDIRECT_EXEMPT = LANGUAGE_EXEMPT = [r"^(sandbox/)?gateway/"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS and not DEBUG else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
# Cookies ignore ports: were the names the other site's too, signing in there would sign out here.
SESSION_COOKIE_NAME = "__Host-account_session" if IS_HTTPS else "account_session"
CSRF_COOKIE_NAME = "__Host-account_csrf" if IS_HTTPS else "account_csrf"
LANGUAGE_COOKIE_NAME = "__Host-account_language" if IS_HTTPS else "account_language"
KNOWN_DEVICES_COOKIE_NAME = "__Host-account_devices" if IS_HTTPS else "account_devices"

# People
ACCOUNT_ADAPTER = "api_keys.commerce_account.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
_FORMS = "api_keys.commerce_account.account_forms"
ACCOUNT_FORMS = {
    **ACCOUNT_FORMS,
    "signup": f"{_FORMS}.SignUpForm",
    "add_email": f"{_FORMS}.ChangeEmailForm",
}
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
LOGIN_REDIRECT_URL = "api_portal"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
SECOND_FACTOR_REQUIRED = False
MFA_TOTP_ISSUER = "Commerce account"

# Sessions, and how often one may fail
SESSION_COOKIE_AGE = number("ACCOUNT_SESSION_IDLE_MINUTES", 60) * 60
SESSION_LONGEST_SECONDS = number("ACCOUNT_SESSION_HOURS", 12) * 3600
ACCOUNT_RATE_LIMITS = {
    "login": None,  # counts successes, too, and would shut out whoever shares an address
    "login_failed": "10/m/ip,6/30m/key",
    "login_failed_at_home": "6/30m/key",
    "reset_password": "20/m/ip,5/h/key",
    "registration": "5/h/key",  # mails to an address that somebody registers
}

# E-mail
EMAIL_URL = env.str("ACCOUNT_EMAIL_URL", default="")
DEFAULT_FROM_EMAIL = env.str("ACCOUNT_EMAIL_FROM", default="Commerce account <noreply@localhost>")
globals().update(mail_settings("ACCOUNT_EMAIL_URL"))
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if EMAIL_URL else "optional"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_HTTPS else "http"

# Keys
LIVE_KEYS_PER_ENVIRONMENT = number("LIVE_KEYS_PER_ENVIRONMENT", 10)
ROLL_GRACE_SECONDS = number("ROLL_GRACE_SECONDS", 60)

# The key-validation service: requests a minute, 0 for no limit
LIMITS_URL = env.str("LIMITS_URL", default="memory://")
LIMIT_PER_KEY = number("LIMIT_PER_KEY", 600)
LIMIT_PER_ADDRESS = number("LIMIT_PER_ADDRESS", 6000)
LIMIT_FAILED_ATTEMPTS = number("LIMIT_FAILED_ATTEMPTS", 60)
LIMIT_LEAK_REPORTS = number("LIMIT_LEAK_REPORTS", 10)
USAGE_FLUSH_SECONDS = number("USAGE_FLUSH_SECONDS", 30)

# Background jobs
HUEY = job_queue("JOBS_URL", "commerce_account")

# What operators see
METRICS_PORT = number("ACCOUNT_METRICS_PORT", 0)
JOBS_METRICS_PORT = number("ACCOUNT_JOBS_METRICS_PORT", 0)
# The Admin sends its own, so that both sites' lines about a visit are found by one.
TAKES_OVER_REQUEST_IDS = True
