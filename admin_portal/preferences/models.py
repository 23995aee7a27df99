"""In which language, and by which clock, somebody sees a site. Both sites' own."""

from django.contrib.auth.models import User
from django.db import models


class Preferences(models.Model):
    """One person's choices. Empty: the language that the browser asks for, and the site's clock."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True)
    language = models.CharField(max_length=10, default="", blank=True)
    time_zone = models.CharField(max_length=64, default="", blank=True)

    def __str__(self) -> str:
        return f"{self.user}: {self.language} {self.time_zone}"
