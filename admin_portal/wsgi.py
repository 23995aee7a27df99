"""The Commerce Admin as a WSGI application. A bad setting stops it here, by name."""

import io
import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "admin_portal.settings.admin")

application = get_wsgi_application()

from django.conf import settings  # noqa: E402

from admin_portal.monitoring.starting import start  # noqa: E402
from api_keys.store_configuration import verification_log  # noqa: E402  (needs the apps)
from api_keys.store_configuration.watching import count_expiring_keys  # noqa: E402

call_command("check", stdout=io.StringIO())  # raises on an error, and says nothing else
verification_log.write_in_background()
start(settings.METRICS_PORT, count_expiring_keys)
