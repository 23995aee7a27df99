"""Only what both sites share. Each site's own module says the rest, under the same headings."""

from csp.constants import NONE, SELF
from django.core.files.storage import FileSystemStorage

from admin_portal.settings.reading import *

DEBUG = flag("DEBUG", False)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "heroicons",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "admin_portal.preferences",
]

# Probes come by address and in clear: what follows would turn them away.
OUTERMOST_MIDDLEWARE = [
    "admin_portal.monitoring.health.ProbesMiddleware",
    "admin_portal.monitoring.middleware.RequestMiddleware",
]
MIDDLEWARE = [
    "admin_portal.middleware.TrustedProxiesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "admin_portal.middleware.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "admin_portal.sign_in.session_store.AuthenticationMiddleware",
    "admin_portal.preferences.middleware.PreferencesMiddleware",
    "admin_portal.middleware.SignInRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "admin_portal.sign_in.sessions.SessionMiddleware",
]

# Where it is served
TRUSTED_PROXIES = networks("TRUSTED_PROXIES")
SECURITY_CONTACT = contact("SECURITY_CONTACT")

# Words and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ja", "日本語")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "admin_portal.formats"
LANGUAGE_EXEMPT: list[str] = []
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Files
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        # Several releases collect their files into one folder; each has a list of its own.
        "OPTIONS": {"manifest_storage": FileSystemStorage(VAR_DIR / "manifests" / BASE_DIR.name)},
    },
}
FORM_RENDERER = "admin_portal.form_rendering.FormRenderer"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People
AUTHENTICATION_BACKENDS = ["admin_portal.sign_in.backend.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = password_validators(12)
LOGIN_URL = "account_login"
CSRF_FAILURE_VIEW = "admin_portal.sign_in.views.form_out_of_date"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
_FORMS = "admin_portal.sign_in.forms"
ACCOUNT_FORMS = {
    "login": f"{_FORMS}.SignInForm",
    "reset_password": f"{_FORMS}.ResetPasswordForm",
    "reset_password_from_key": f"{_FORMS}.NewPasswordForm",
    "change_password": f"{_FORMS}.ChangePasswordForm",
    "reauthenticate": f"{_FORMS}.ReauthenticateForm",
}

# Second factors
MFA_ADAPTER = "admin_portal.sign_in.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_ALLOW_UNVERIFIED_EMAIL = True
_FACTOR_FORMS = "admin_portal.sign_in.second_factor_forms"
MFA_FORMS = {
    "authenticate": f"{_FACTOR_FORMS}.CodeForm",
    "reauthenticate": f"{_FACTOR_FORMS}.ReauthenticateForm",
    "activate_totp": f"{_FACTOR_FORMS}.ActivateTOTPForm",
    "authenticate_webauthn": f"{_FACTOR_FORMS}.PasskeyForm",
    "reauthenticate_webauthn": f"{_FACTOR_FORMS}.ReauthenticatePasskeyForm",
    "login_webauthn": f"{_FACTOR_FORMS}.SignInPasskeyForm",
    "add_webauthn": f"{_FACTOR_FORMS}.AddPasskeyForm",
    "edit_webauthn": f"{_FACTOR_FORMS}.RenamePasskeyForm",
}
STEP_UP_SECONDS = number("STEP_UP_SECONDS", 900)
ACCOUNT_REAUTHENTICATION_TIMEOUT = STEP_UP_SECONDS

# What a browser may do with our pages
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SESSION_ENGINE = "admin_portal.sign_in.session_store"
SESSION_COOKIE_HTTPONLY = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

# Background jobs
RETENTION_DAYS = number("RETENTION_DAYS", 400)

# What operators see
METRICS_ADDRESS = env.str("METRICS_ADDRESS", default="127.0.0.1")
TRACES_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default="")
LOG_FORMAT = log_format()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "admin_portal.logs.KeylessFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s",
        },
        "json": {"()": "admin_portal.logs.JsonFormatter"},
    },
    "filters": {"once_a_minute": {"()": "admin_portal.logs.OnceAMinute"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # Its warnings repeat, with the whole path, what is in the access log without tokens.
        "django.request": {"level": "ERROR"},
        # It tells of every job that it runs. A handler of its own, or its command brings one.
        "huey": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # They ask the queue every second, and complain each time that it is away.
        "huey.consumer.Scheduler": {"filters": ["once_a_minute"]},
        "huey.consumer.Worker": {"filters": ["once_a_minute"]},
    },
}
