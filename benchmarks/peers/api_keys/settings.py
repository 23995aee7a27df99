"""Three libraries that let a program in by a key, a view behind each, and one without any.

Nothing is on that these views don't need; the database is set up as ours is.
"""

from admin_portal.settings.reading import database

SECRET_KEY = "of a benchmark"  # noqa: S105
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "rest_framework.authtoken",
    "rest_framework_api_key",
    "knox",
]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "benchmarks.peers.api_keys.urls"
WSGI_APPLICATION = "benchmarks.peers.api_keys.wsgi.application"
DATABASES = {"default": database("ACCOUNT_DATABASE_URL", "peers")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}
LOGGING_CONFIG = None
