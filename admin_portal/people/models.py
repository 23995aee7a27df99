"""Administrators' roles, built on Django's groups and permissions."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import models


class Role(models.Model):
    """What a group is beyond Django's: whether it may do everything, *All*.

    An administrator has one role. The permissions of a role without *All* are its group's. With
    *All*, its people are superusers; `people.roles` keeps that so.
    """

    group = models.OneToOneField(Group, on_delete=models.CASCADE, primary_key=True)
    has_all = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        # What belongs to no table of its own. `admin_portal.resources` has all there is to permit.
        permissions = [
            ("view_dashboard", "Dashboard"),
            ("open_channel", "Amazon Sales Channel"),
            ("manage_permissions", "Permissions"),
            ("use_tools", "Tools"),
        ]

    def __str__(self) -> str:
        return str(self.group)
