"""A project with Django's own Admin."""

from benchmarks.peers.indexes.startproject import *

ROOT_URLCONF = "benchmarks.peers.indexes.django_admin_urls"
TEMPLATES = templates()
