"""Settings under which one plain `pytest` covers both sites.

The apps of both are installed; everything else is the Admin's own. Tests of the Commerce account
change over to that site's own values (see `tests/conftest.py`), so that what is tested is what is
served. Only what would be slow or leave traces is replaced here.
"""

import os
import tempfile
from pathlib import Path

_FERNET_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
os.environ.update(
    ENV_FILE="no such file",
    VAR_DIR=tempfile.mkdtemp(prefix="commerce-tests-"),
    ADMIN_SECRET_KEY="an-admin-secret-for-tests-of-fifty-characters-or-more",
    ADMIN_ENCRYPTION_KEYS=_FERNET_KEY,
    ACCOUNT_SECRET_KEY="an-account-secret-for-tests-of-fifty-characters-or-more",
    ACCOUNT_ENCRYPTION_KEYS=_FERNET_KEY[::-1].lstrip("=") + "=",
    ACCOUNT_DIGEST_KEY="a-digest-key-for-tests-of-32-characters",
)
(Path(os.environ["VAR_DIR"]) / "static").mkdir()

# Only now: they read the environment as they are imported. The Admin's come last and win.
from admin_portal.settings import admin  # noqa: E402

from admin_portal.settings.commerce_account import *  # noqa: E402, F403  isort:skip
from admin_portal.settings.admin import *  # noqa: E402, F403  isort:skip


def values_of(module: object) -> dict[str, object]:
    return {name: getattr(module, name) for name in dir(module) if name.isupper()}


INSTALLED_APPS = [*admin.INSTALLED_APPS, "api_keys.commerce_account"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    **admin.STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if os.environ.get("TEST_DATABASE_URL"):
    DATABASES = {"default": admin.database("TEST_DATABASE_URL", "unused")}
else:
    # A file, as in production: what runs at once has to wait for each other as it does there.
    sqlite = admin.sqlite_database("unused")
    DATABASES = {"default": {**sqlite, "TEST": {"NAME": admin.VAR_DIR / "test.sqlite3"}}}
ALLOWED_HOSTS = [*admin.ALLOWED_HOSTS, "testserver"]  # the test client's name for us

REPLACED = {
    "ALLOWED_HOSTS",
    "DATABASES",
    "EMAIL_BACKEND",
    "INSTALLED_APPS",
    "PASSWORD_HASHERS",
    "STORAGES",
}
