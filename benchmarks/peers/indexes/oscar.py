"""A project as Oscar's "Building your own shop" describes it."""

from oscar.defaults import *

from benchmarks.peers.indexes.startproject import *

_APPS = (
    "analytics checkout address shipping catalogue catalogue.reviews communication partner basket"
    " payment offer order customer search voucher wishlists dashboard dashboard.reports"
    " dashboard.users dashboard.orders dashboard.catalogue dashboard.offers dashboard.partners"
    " dashboard.pages dashboard.ranges dashboard.reviews dashboard.vouchers"
    " dashboard.communications dashboard.shipping"
)


def _config(app: str) -> str:
    last = app.rpartition(".")[2]
    name = f"{last.title()}Dashboard" if app.startswith("dashboard.") else last.title()
    if app == "catalogue.reviews":
        name = "CatalogueReviews"
    return f"oscar.apps.{app}.apps.{name}Config"


INSTALLED_APPS = [
    *INSTALLED_APPS,
    "django.contrib.sites",
    "django.contrib.flatpages",
    "oscar.config.Shop",
    *map(_config, _APPS.split()),
    "widget_tweaks",
    "haystack",
    "treebeard",
    "sorl.thumbnail",
    "django_tables2",
]
MIDDLEWARE = [
    *MIDDLEWARE,
    "oscar.apps.basket.middleware.BasketMiddleware",
    "django.contrib.flatpages.middleware.FlatpageFallbackMiddleware",
]
SITE_ID = 1
AUTHENTICATION_BACKENDS = [
    "oscar.apps.customer.auth_backends.EmailBackend",
    "django.contrib.auth.backends.ModelBackend",
]
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
ROOT_URLCONF = "benchmarks.peers.indexes.oscar_urls"
TEMPLATES = templates(
    "django.template.context_processors.i18n",
    "oscar.apps.search.context_processors.search_form",
    "oscar.apps.checkout.context_processors.checkout",
    "oscar.apps.communication.notifications.context_processors.notifications",
    "oscar.core.context_processors.metadata",
)
