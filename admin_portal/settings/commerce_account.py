"""Site 2: the Commerce account. The company that owns the store uses it to issue keys."""

from django.core.exceptions import ImproperlyConfigured

from admin_portal.settings.base import *
from admin_portal.settings.job_queue import job_queue

SITE_URL = site_url("ACCOUNT_URL", "ACCOUNT_PORT", 8001)
IS_HTTPS = SITE_URL.startswith("https://")

# Secrets
SECRET_KEY = required("ACCOUNT_SECRET_KEY")
ENCRYPTION_KEYS = required("ACCOUNT_ENCRYPTION_KEYS").split(",")
DIGEST_KEY = required("ACCOUNT_DIGEST_KEY")

# Parts
INSTALLED_APPS = [*INSTALLED_APPS, "api_keys.commerce_account"]
ROOT_URLCONF = "api_keys.commerce_account.urls"
WSGI_APPLICATION = "api_keys.commerce_account.wsgi.application"
TEMPLATES = templates_of(
    "commerce_account",
    [
        "api_keys.commerce_account.mail.mail_server",
        "api_keys.commerce_account.navigation.my_account",
    ],
)
DATABASES = {"default": database("ACCOUNT_DATABASE_URL", "commerce_account")}

# Where it is served
ALLOWED_HOSTS = hosts_of(SITE_URL)
SECURE_SSL_REDIRECT = IS_HTTPS
# A client that sends its key in clear has to hear so, not be led on quietly to https.
SECURE_REDIRECT_EXEMPT = [r"^(sandbox/)?gateway/"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS and not DEBUG else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
# Cookies ignore ports: were the names the other site's too, signing in there would sign out here.
SESSION_COOKIE_NAME = "__Host-account_session" if IS_HTTPS else "account_session"
CSRF_COOKIE_NAME = "__Host-account_csrf" if IS_HTTPS else "account_csrf"

# People
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "login": "api_keys.commerce_account.forms.SignInForm",
    "signup": "api_keys.commerce_account.forms.SignUpForm",
    "reset_password": "api_keys.commerce_account.forms.ResetPasswordForm",
    "reset_password_from_key": "api_keys.commerce_account.forms.NewPasswordForm",
}
LOGIN_REDIRECT_URL = "api_portal"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

# E-mail
EMAIL_URL = env.str("ACCOUNT_EMAIL_URL", default="")
DEFAULT_FROM_EMAIL = env.str("ACCOUNT_EMAIL_FROM", default="Commerce account <noreply@localhost>")
if EMAIL_URL:
    try:
        globals().update(env.email_url("ACCOUNT_EMAIL_URL"))
    except (ImproperlyConfigured, ValueError):
        raise ImproperlyConfigured("ACCOUNT_EMAIL_URL is no address of a mail server.") from None
    EMAIL_TIMEOUT = 10
    ACCOUNT_EMAIL_VERIFICATION = "mandatory"
else:
    EMAIL_BACKEND = "api_keys.commerce_account.mail.TerminalAndFileBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
    ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_HTTPS else "http"

# Keys
LIVE_KEYS_PER_ENVIRONMENT = number("LIVE_KEYS_PER_ENVIRONMENT", 10)
ROLL_GRACE_SECONDS = number("ROLL_GRACE_SECONDS", 60)
STEP_UP_SECONDS = number("STEP_UP_SECONDS", 900)

# Background jobs
HUEY = job_queue(env.str("JOBS_URL", default=""), VAR_DIR / "commerce_account_jobs.sqlite3")
RETENTION_DAYS = number("RETENTION_DAYS", 400)
