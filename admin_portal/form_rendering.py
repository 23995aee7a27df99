"""How both sites render forms: as Django does, with what comes out alike each time kept."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from typing import Any

from django.forms import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import Input

from admin_portal.kept_parts import kept, kept_as


class FormRenderer(TemplatesSetting):
    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if template_name == "django/forms/field.html" and _is_blank(context["field"]):
            render = partial(super().render, template_name, context, request)
            return kept_as(_looks_of(context["field"]), render)
        if template_name.startswith("django/forms/errors/") and not context["errors"]:
            return ""
        if template_name == "django/forms/label.html":
            shown = {name: value for name, value in context.items() if name != "field"}
            return kept(template_name, **{**shown, "attrs": _Values(shown["attrs"] or {})})
        widget = context.get("widget")
        if widget and _is_empty_input(widget):
            attrs = _Values(widget["attrs"])
            return kept(template_name, widget=_Values({**widget, "attrs": attrs}))
        return super().render(template_name, context, request)


def _is_blank(field: BoundField) -> bool:
    """Tell whether a field is a line to type in where nothing was typed, nor is given."""
    is_line = isinstance(field.field.widget, Input)
    return is_line and not field.form.is_bound and field.value() in (None, "")


def _looks_of(field: BoundField) -> Hashable:
    """Return all that a blank field's label, input and help are made of."""
    form, own, widget = field.form, field.field, field.field.widget
    return (
        (type(widget), widget.input_type, *widget.attrs.items(), getattr(widget, "scope", "")),
        (field.html_name, field.auto_id, str(field.label), str(field.help_text)),
        (own.required, own.disabled, own.label_suffix, own.bound_field_class, form.label_suffix),
        form.use_required_attribute,
    )


class _Values(dict[str, Any]):
    """A dictionary that nobody changes, to be found again by what is in it."""

    def __hash__(self) -> int:  # type: ignore[override]  # no ordinary dictionary has one
        return hash(tuple(self.items()))


def _is_empty_input(widget: dict[str, Any]) -> bool:
    """What somebody typed is not kept, nor are choices, which come from anywhere."""
    return widget["value"] in (None, "") and not {"optgroups", "subwidgets"} & widget.keys()
