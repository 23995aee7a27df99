"""A project with Django's own Admin, and in it the models of the libraries that check keys.

This is the page that the targets were set by: 3 queries, 9,468 bytes.
"""

from benchmarks.peers.indexes.startproject import *

INSTALLED_APPS = [*INSTALLED_APPS, "rest_framework.authtoken", "rest_framework_api_key", "knox"]
ROOT_URLCONF = "benchmarks.peers.indexes.django_admin_urls"
TEMPLATES = templates()
