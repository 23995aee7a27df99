"""The Admin, as served in production, but asking the key service only once."""

import functools

from admin_portal.wsgi import application
from amazon_channel import gate

__all__ = ["application"]

gate.verify_for = functools.cache(gate.verify_for)
