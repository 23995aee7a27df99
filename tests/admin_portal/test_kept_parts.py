"""Parts are rendered once for the same values, and for nobody with others."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from admin_portal.dashboard import Deed
from admin_portal.form_rendering import FormRenderer
from admin_portal.kept_parts import MOST_KEPT, _cell, _renderer_of, forget, kept
from admin_portal.notifications.reading import UnreadOnes
from admin_portal.preferences.models import Preferences

ROW = "admin_portal/dashboard/_action.html"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def deed(user_name: str = "ada", number: int = 1) -> Deed:
    return Deed(number, NOON, "user-changed", "success", user_name, "192.0.2.1", "eve")


def renderings_of(template: str) -> Any:
    render: Any = _renderer_of(template)
    return render.cache_info()


def test_same_values_are_rendered_once() -> None:
    first = kept(ROW, row=deed())
    rendered = renderings_of(ROW).misses

    again = kept(ROW, row=deed())

    assert again == first
    assert renderings_of(ROW).misses == rendered


def test_renderings_of_one_template_leave_those_of_another(db: None) -> None:
    bell = kept("notifications/_bell.html", unread=UnreadOnes(0, ()), most=99)
    for number in range(MOST_KEPT + 1):
        kept(ROW, row=deed(number=number))

    again = kept("notifications/_bell.html", unread=UnreadOnes(0, ()), most=99)

    assert again is bell
    assert renderings_of(ROW).currsize == MOST_KEPT


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
    kept_before = renderings_of("django/forms/widgets/text.html").currsize

    shown = FormRenderer().render("django/forms/widgets/text.html", {"widget": widget})

    assert 'value="typed"' in shown
    assert renderings_of("django/forms/widgets/text.html").currsize == kept_before


class LineForm(forms.Form):
    line = forms.CharField(label="Line", help_text="What to type", required=False)


def shown(form: forms.Form, **changed: object) -> str:
    """Return a form's field as a page shows it, after changes to the field or its widget."""
    field: Any = form.fields["line"]
    for name, value in changed.items():
        if name == "attrs":
            field.widget.attrs.update(value)
        elif name in ("widget", "scope"):
            setattr(field if name == "widget" else field.widget, name, value)
        else:
            setattr(field, name, value)
    return str(form["line"].as_field_group())


LOOKS: list[dict[str, object]] = [
    {},
    {"label": "Another"},
    {"help_text": "Something else"},
    {"help_text": ""},
    {"required": True},
    {"disabled": True},
    {"attrs": {"autocomplete": "off"}},
    {"attrs": {"autofocus": True}},
    {"widget": forms.PasswordInput()},
    {"widget": forms.EmailInput()},
    {"widget": forms.TextInput({"type": "tel"})},
    {"scope": "[global]"},
]
"""Each is seen on the page."""


def test_blank_field_looks_as_it_would_if_nothing_were_kept() -> None:
    ways: list[dict[str, Any]] = [
        {},
        {"auto_id": "x_%s"},
        {"label_suffix": "?"},
        {"auto_id": False},
        {"auto_id": False, "prefix": "a"},
    ]
    made = [(way, look) for way in ways for look in LOOKS]

    kept_ones = [shown(LineForm(**way), **look) for way, look in made for _time in range(2)][1::2]
    fresh = []
    for way, look in made:
        forget()
        fresh.append(shown(LineForm(**way), **look))

    assert kept_ones == fresh
    assert len(set(fresh)) == len(made)


def test_blank_field_is_rendered_once() -> None:
    first = shown(LineForm())
    rendered = _cell.cache_info().misses

    assert shown(LineForm()) == first
    assert _cell.cache_info().misses == rendered


@pytest.mark.parametrize(
    "form",
    [
        lambda: LineForm({"line": "typed"}),
        lambda: LineForm({"line": ""}),
        lambda: LineForm(initial={"line": "typed"}),
    ],
    ids=["sent", "sent empty", "given"],
)
def test_what_was_typed_or_is_wrong_is_not_kept(form: Callable[[], forms.Form]) -> None:
    shown(LineForm())
    kept_before = _cell.cache_info()

    filled = form()
    filled.fields["line"].required = True
    page = shown(filled)

    assert ("typed" in page) != ("This field is required." in page)
    assert _cell.cache_info() == kept_before
