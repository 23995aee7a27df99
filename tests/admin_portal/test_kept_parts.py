"""Parts are rendered once for the same values, and for nobody with others."""

from datetime import UTC, datetime

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from admin_portal.dashboard import Deed
from admin_portal.form_rendering import FormRenderer
from admin_portal.kept_parts import _render, kept
from admin_portal.preferences.models import Preferences

ROW = "admin_portal/dashboard/_action.html"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def deed(user_name: str = "ada", number: int = 1) -> Deed:
    return Deed(number, NOON, "user-changed", "success", user_name, "192.0.2.1", "eve")


def test_same_values_are_rendered_once() -> None:
    first = kept(ROW, row=deed())
    rendered = _render.cache_info().misses

    again = kept(ROW, row=deed())

    assert again == first
    assert _render.cache_info().misses == rendered


def test_other_values_languages_and_clocks_are_rendered_anew() -> None:
    parts = {kept(ROW, row=deed()), kept(ROW, row=deed("bea")), kept(ROW, row=deed(number=2))}

    with override("ja"):
        parts.add(kept(ROW, row=deed()))
    with timezone.override("Asia/Tokyo"):
        parts.add(kept(ROW, row=deed()))

    assert len(parts) == 5


def test_part_sees_nothing_of_the_page(administrator: User, client: Client) -> None:
    client.force_login(administrator)
    Preferences.objects.create(user=administrator, time_zone="Asia/Tokyo")

    hers = client.get("/").text
    Preferences.objects.update(time_zone="", language="ja")
    changed = client.get("/").text

    assert 'lang="en"' in hers
    assert 'lang="ja"' in changed
    assert "ada" not in kept(ROW, row=deed("bea"))


def test_what_is_typed_into_a_field_is_not_kept() -> None:
    widget = {"name": "q", "type": "text", "value": "typed", "attrs": {}, "is_hidden": False}
    kept_before = _render.cache_info().currsize

    shown = FormRenderer().render("django/forms/widgets/text.html", {"widget": widget})

    assert 'value="typed"' in shown
    assert _render.cache_info().currsize == kept_before
