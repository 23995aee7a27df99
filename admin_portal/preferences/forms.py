from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _, gettext_lazy as _lazy

from admin_portal.preferences.choosing import language_choices, time_zones
from admin_portal.preferences.models import Preferences


def _time_zones() -> list[tuple[str, str]]:
    as_the_site = _("As the site: %(zone)s") % {"zone": settings.TIME_ZONE}
    return [("", as_the_site), *((zone, zone) for zone in time_zones())]


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in stubs only
    """One's own language and clock, on both sites. `instance` is from `preferences_of(user)`.

    What is said after saving should be said in the new language: within `in_words_for(user)`.
    """

    language = forms.ChoiceField(
        label=_lazy("Interface Locale"),
        label_suffix="",
        required=False,
        choices=language_choices,
        help_text=_lazy("Also the language of your e-mails."),
    )
    time_zone = forms.ChoiceField(
        label=_lazy("Time zone"),
        label_suffix="",
        required=False,
        choices=_time_zones,
        help_text=_lazy("Times are shown by its clock, and lists are filtered by its days."),
    )

    class Meta:
        model = Preferences
        fields = ("language", "time_zone")
