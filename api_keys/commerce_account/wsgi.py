"""The Commerce account as a WSGI application. A bad setting stops it here, by name."""

import io
import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "admin_portal.settings.commerce_account")

pages = get_wsgi_application()

from django.conf import settings  # noqa: E402

from admin_portal.monitoring.starting import start  # noqa: E402
from api_keys.commerce_account import usage  # noqa: E402  (needs the apps)
from api_keys.commerce_account.gateway import with_gateway  # noqa: E402
from api_keys.commerce_account.metrics import count_expiring_keys  # noqa: E402

application = with_gateway(pages)

call_command("check", stdout=io.StringIO())  # raises on an error, and says nothing else
usage.write_in_background()
start(settings.METRICS_PORT, count_expiring_keys)
