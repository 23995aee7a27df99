"""Who is signed in, with all that a page has to know of them first, in one query."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend as LibrarysBackend
from django.contrib.auth.models import Group, Permission, User
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat

from admin_portal.preferences.models import Preferences
from admin_portal.prepared import prepared
from admin_portal.sign_in.second_factors import second_factors


class AuthenticationBackend(LibrarysBackend):
    """The library's, which looks somebody up once for a request instead of bit by bit."""

    def get_user(self, user_id: Any) -> Any:
        for user in _who(user_id):
            have_preferences(user)
            return user if self.user_can_authenticate(user) else None
        return None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Return the permissions, which were read with the user. Django keeps them as long."""
        granted = getattr(user_obj, "granted_at_first", None)
        if granted is not None and not hasattr(user_obj, "_perm_cache"):
            user_obj._perm_cache = set(granted.split())
        found: set[str] = super().get_all_permissions(user_obj, obj)
        return found


def have_preferences(user: Any) -> None:
    chosen = (user.pk, user.chosen_language, user.chosen_time_zone)
    names = ["user_id", "language", "time_zone"]
    found = Preferences.from_db(user._state.db, names, chosen) if chosen[1] is not None else None
    # None, too: otherwise another query would find that there are none.
    User._meta.get_field("preferences").set_cached_value(user, found)


class _Joined(Subquery):
    """The column `granted` of a query's rows in one text, parted by spaces."""

    output_field = CharField()
    template = "(SELECT group_concat(granted, ' ') FROM (%(subquery)s) AS listed)"

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return self.as_sql(
            compiler, connection, template=self.template.replace("group_concat", "string_agg")
        )


def with_what_pages_ask(users: QuerySet[User]) -> QuerySet[User]:
    """Add the preferences, whether there is a second factor, as `had_second_factor`, and, unless
    they are superusers, all permissions, as `granted_at_first`."""
    person = OuterRef(OuterRef("pk"))
    directly = User.user_permissions.through.objects.filter(user=person)
    by_group = Group.permissions.through.objects.filter(group__user=person)
    granted = (
        Permission.objects.order_by()
        .filter(Q(pk__in=directly.values("permission")) | Q(pk__in=by_group.values("permission")))
        .values(granted=Concat("content_type__app_label", Value("."), "codename"))
    )
    return users.annotate(
        chosen_language=F("preferences__language"),
        chosen_time_zone=F("preferences__time_zone"),
        had_second_factor=Exists(second_factors().filter(user=OuterRef("pk"))),
        granted_at_first=Case(When(is_superuser=False, then=Coalesce(_Joined(granted), Value("")))),
    )


@prepared
def _who(user_id: Any) -> QuerySet[User]:
    return with_what_pages_ask(User.objects.filter(pk=user_id))
