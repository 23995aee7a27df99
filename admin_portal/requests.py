from django.contrib.auth.models import User
from django.http import HttpRequest


class AuthenticatedRequest(HttpRequest):
    user: User  # SignInRequiredMiddleware turns everyone else away
