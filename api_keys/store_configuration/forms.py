from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext as _, gettext_lazy

from api_keys.contract import Environment, has_good_checksum
from api_keys.store_configuration.held_keys import locked_environments
from api_keys.store_configuration.pasting import problem_with, without_surroundings
from api_keys.store_configuration.storing import NAMES, KeyChange


class KeyInput(forms.TextInput):
    """Never shows a value, not even the one just typed: a key doesn't travel back to the browser.

    The attributes keep browsers and password managers from filling in something of their own.
    """

    # One value for all websites and store views, as Magento writes it.
    scope = gettext_lazy("[global]")

    def __init__(self) -> None:
        super().__init__(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "data-1p-ignore": True,
                "data-lpignore": "true",
                "data-bwignore": True,
            }
        )

    def format_value(self, value: object) -> str:
        return ""


class ApiKeysForm(forms.Form):
    """The Api Keys page. Beside each field, the page sends the fingerprint its author saw stored.

    That is no field: it is never typed, and never shown again as it came.
    """

    production_api_key = forms.CharField(
        label=NAMES[Environment.PRODUCTION],
        help_text=gettext_lazy(
            "Sent with every call to the services in the production environment."
        ),
        required=False,
        strip=False,
        widget=KeyInput,
    )
    sandbox_api_key = forms.CharField(
        label=NAMES[Environment.SANDBOX],
        help_text=gettext_lazy("Sent with every call to the services in the sandbox environment."),
        required=False,
        strip=False,
        widget=KeyInput,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.user = user
        self.labels_cleaned: list[str] = []
        for environment in locked_environments():
            # Whatever is sent for it is not even looked at.
            self.fields[key_field(environment)].disabled = True

    def clean_production_api_key(self) -> str:
        return self._clean_key(Environment.PRODUCTION)

    def clean_sandbox_api_key(self) -> str:
        return self._clean_key(Environment.SANDBOX)

    def seen(self, environment: Environment) -> str:
        """Return the fingerprint of the key that was stored when the page was opened, or ""."""
        return str(self.data.get(f"{environment}_seen", ""))

    def changes(self) -> dict[Environment, KeyChange]:
        """Return what is to be stored; an empty field keeps the key stored before."""
        return {
            environment: KeyChange(key, seen=self.seen(environment))
            for environment in Environment
            if (key := self.cleaned_data[key_field(environment)])
        }

    def _clean_key(self, environment: Environment) -> str:
        name = key_field(environment)
        pasted: str = self.cleaned_data[name]
        key = without_surroundings(pasted)
        if not key:
            return ""
        if problem := problem_with(key, environment):
            raise forms.ValidationError(problem)
        if not has_good_checksum(key) and any(map(self.user.check_password, {key, pasted})):
            raise forms.ValidationError(
                _("This is your own password, perhaps filled in by the browser. It wasn't stored.")
            )
        if key != pasted:
            self.labels_cleaned.append(str(self.fields[name].label))
        return key


def key_field(environment: Environment) -> str:
    return f"{environment}_api_key"
