"""How both sites render forms: as Django does, with what comes out alike each time kept."""

from __future__ import annotations

from typing import Any

from django.forms.renderers import TemplatesSetting

from admin_portal.kept_parts import kept


class FormRenderer(TemplatesSetting):
    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if template_name.startswith("django/forms/errors/") and not context["errors"]:
            return ""
        if template_name == "django/forms/label.html":
            shown = {name: value for name, value in context.items() if name != "field"}
            return kept(template_name, **{**shown, "attrs": _Values(shown["attrs"])})
        widget = context.get("widget")
        if widget and _is_empty_input(widget):
            attrs = _Values(widget["attrs"])
            return kept(template_name, widget=_Values({**widget, "attrs": attrs}))
        return super().render(template_name, context, request)


class _Values(dict[str, Any]):
    """A dictionary that nobody changes, to be found again by what is in it."""

    def __hash__(self) -> int:  # type: ignore[override]  # no ordinary dictionary has one
        return hash(tuple(self.items()))


def _is_empty_input(widget: dict[str, Any]) -> bool:
    """What somebody typed is not kept, nor are choices, which come from anywhere."""
    return widget["value"] in (None, "") and not {"optgroups", "subwidgets"} & widget.keys()
