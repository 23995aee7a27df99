"""Site 1: the Commerce Admin. A store's administrators use it."""

from admin_portal.settings.base import *
from admin_portal.settings.job_queue import job_queue
from admin_portal.settings.valkey import cache

# What the names of variables begin with that are this site's alone
PREFIX = "ADMIN"

SITE_URL = site_url("ADMIN_URL", "ADMIN_PORT", 8000)
IS_HTTPS = SITE_URL.startswith("https://")

# Secrets
SECRET_KEY = required("ADMIN_SECRET_KEY")
ENCRYPTION_KEYS = required("ADMIN_ENCRYPTION_KEYS").split(",")

# Keys that nobody can change from within the Admin: the variable, and what it holds
_KEYS = {
    "production": secret("PRODUCTION_API_KEY", "PRODUCTION_API_KEY_FILE"),
    "sandbox": secret("SANDBOX_API_KEY", "SANDBOX_API_KEY_FILE"),
}
LOCKED_API_KEYS = {environment: held for environment, held in _KEYS.items() if held}

# Parts
INSTALLED_APPS = [
    "admin_portal",  # before Django's: its commands that change people are recorded
    *INSTALLED_APPS,
    "django.contrib.humanize",
    "admin_portal.action_log",
    "admin_portal.entrance",
    "admin_portal.notifications",
    "admin_portal.people",
    "admin_portal.security",
    "amazon_channel",
    "api_keys.store_configuration",
]
MIDDLEWARE = [
    *OUTERMOST_MIDDLEWARE,
    "admin_portal.refusals.RefusedPagesMiddleware",
    *MIDDLEWARE,
    "admin_portal.entrance.sharing.TellWhyMiddleware",
    "admin_portal.security.confinement.ConfinementMiddleware",
]
ROOT_URLCONF = "admin_portal.urls"
WSGI_APPLICATION = "admin_portal.wsgi.application"
TEMPLATES = templates_of("admin_portal", [])
DATABASES = {"default": database("ADMIN_DATABASE_URL", "admin", plans_anew=True)}
CACHES = cache("ADMIN_CACHE_URL", "commerce-admin")

# Where it is served
ALLOWED_HOSTS = hosts_of(SITE_URL)
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS and not DEBUG else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
# Cookies ignore ports: were the names the other site's too, signing in there would sign out here.
SESSION_COOKIE_NAME = "__Host-admin_session" if IS_HTTPS else "admin_session"
CSRF_COOKIE_NAME = "__Host-admin_csrf" if IS_HTTPS else "admin_csrf"
LANGUAGE_COOKIE_NAME = "__Host-admin_language" if IS_HTTPS else "admin_language"

# People
ACCOUNT_ADAPTER = "admin_portal.entrance.adapter.AdminAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
_FORMS = "admin_portal.security.forms"
ACCOUNT_FORMS = {
    **ACCOUNT_FORMS,
    "reset_password": f"{_FORMS}.ResetPasswordForm",
    "user_token": f"{_FORMS}.ResetLinkForm",
    "reset_password_from_key": f"{_FORMS}.NewPasswordForm",
    "change_password": f"{_FORMS}.ChangePasswordForm",
}
LOGIN_REDIRECT_URL = "dashboard"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

# Sessions
SESSION_COOKIE_AGE = number("ADMIN_SESSION_IDLE_MINUTES", 15) * 60
SESSION_LONGEST_SECONDS = number("ADMIN_SESSION_HOURS", 12) * 3600
ACCOUNT_SHARING = flag("ADMIN_ACCOUNT_SHARING", True)

# Passwords
PASSWORD_MIN_LENGTH = number("ADMIN_PASSWORD_MIN_LENGTH", 12)
PASSWORD_LIFETIME_DAYS = number("ADMIN_PASSWORD_LIFETIME_DAYS", 0)
PASSWORD_REUSE = number("ADMIN_PASSWORD_REUSE", 0)
AUTH_PASSWORD_VALIDATORS = password_validators(PASSWORD_MIN_LENGTH)
if PASSWORD_REUSE or PASSWORD_LIFETIME_DAYS:
    AUTH_PASSWORD_VALIDATORS += [{"NAME": "admin_portal.security.passwords.ReuseValidator"}]
PASSWORD_RESET_TIMEOUT = 2 * 3600

# Second factors
SECOND_FACTOR_REQUIRED = flag("ADMIN_TWO_FACTOR", ALLOWED_HOSTS != LOOPBACK_HOSTS)
MFA_TOTP_ISSUER = "Commerce Admin"
MFA_FORMS = {
    **MFA_FORMS,
    "authenticate": "admin_portal.entrance.forms.CodeForm",
    "reauthenticate": "admin_portal.entrance.forms.ReauthenticateForm",
    "authenticate_webauthn": f"{_FORMS}.PasskeyForm",
    "reauthenticate_webauthn": f"{_FORMS}.ReauthenticatePasskeyForm",
    "login_webauthn": f"{_FORMS}.SignInPasskeyForm",
}

# Who fails to sign in
LOCKOUT_FAILURES = number("ADMIN_LOCKOUT_FAILURES", 6)
LOCKOUT_MINUTES = number("ADMIN_LOCKOUT_MINUTES", 30)
ACCOUNT_RATE_LIMITS = {
    "login_failed": None,  # counted by `entrance.lock_out`, in the database
    "reset_password": "20/m/ip,5/h/key",
}

# E-mail
EMAIL_URL = env.str("ADMIN_EMAIL_URL", default="")
DEFAULT_FROM_EMAIL = env.str("ADMIN_EMAIL_FROM", default="Commerce Admin <noreply@localhost>")
globals().update(mail_settings("ADMIN_EMAIL_URL"))

# The key-validation service: the Commerce account, unless another one is set
_ACCOUNT_URL = site_url("ACCOUNT_URL", "ACCOUNT_PORT", 8001)
KEY_VALIDATION_URLS = {
    "production": env.str("KEY_VALIDATION_URL_PRODUCTION", default=_ACCOUNT_URL),
    "sandbox": env.str("KEY_VALIDATION_URL_SANDBOX", default=f"{_ACCOUNT_URL}/sandbox"),
}
API_PORTAL_URL = env.str("API_PORTAL_URL", default=f"{_ACCOUNT_URL}/my-account/api-portal/")
KEY_VALIDATION_CONNECT_TIMEOUT = number("KEY_VALIDATION_CONNECT_TIMEOUT", 1.0)
KEY_VALIDATION_TIMEOUT = number("KEY_VALIDATION_TIMEOUT", 3.0)
KEY_VALIDATION_GRACE = number("KEY_VALIDATION_GRACE", 900)
KEY_VALIDATION_ALLOW_HTTP = flag("KEY_VALIDATION_ALLOW_HTTP", False)
KEY_VALIDATION_CA_BUNDLE = env.str("KEY_VALIDATION_CA_BUNDLE", default="")
KEY_VALIDATION_ALLOWED_NETWORKS = networks("KEY_VALIDATION_ALLOWED_NETWORKS")

# Background jobs
HUEY = job_queue("ADMIN_JOBS_URL", "admin")
KEY_VERIFICATION_MINUTES = number("KEY_VERIFICATION_MINUTES", 60)

# What operators see
METRICS_PORT = number("ADMIN_METRICS_PORT", 0)
JOBS_METRICS_PORT = number("ADMIN_JOBS_METRICS_PORT", 0)
# A record of the Action Log bears the request's id: a visitor could choose that of another's.
TAKES_OVER_REQUEST_IDS = False
