from collections.abc import Mapping
from typing import Any, Self

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext as _, gettext_lazy

from api_keys.contract import Environment, has_good_checksum
from api_keys.store_configuration.models import StoredKey
from api_keys.store_configuration.pasting import problem_with, without_surroundings
from api_keys.store_configuration.storing import KeyChange


class KeyInput(forms.TextInput):
    """Never shows a value, not even the one just typed: a key doesn't travel back to the browser.

    The attributes keep browsers and password managers from filling in something of their own.
    """

    scope = "[global]"  # one value for all websites and store views, as Magento writes it

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
    """The Api Keys page. Each key field goes with the fingerprint its author saw stored."""

    production_api_key = forms.CharField(
        label="Production Api Key",
        help_text=gettext_lazy(
            "Sent with every call to the services in the production environment."
        ),
        required=False,
        strip=False,
        widget=KeyInput,
    )
    production_seen = forms.CharField(required=False, widget=forms.HiddenInput)
    sandbox_api_key = forms.CharField(
        label="Sandbox Api Key",
        help_text=gettext_lazy("Sent with every call to the services in the sandbox environment."),
        required=False,
        strip=False,
        widget=KeyInput,
    )
    sandbox_seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.user = user
        self.labels_cleaned: list[str] = []

    def clean_production_api_key(self) -> str:
        return self._clean_key(Environment.PRODUCTION)

    def clean_sandbox_api_key(self) -> str:
        return self._clean_key(Environment.SANDBOX)

    def changes(self) -> dict[Environment, KeyChange]:
        """Return what is to be stored; an empty field keeps the key stored before."""
        return {
            environment: KeyChange(key, seen=self.cleaned_data[seen_field(environment)])
            for environment in Environment
            if (key := self.cleaned_data[key_field(environment)])
        }

    def changed_meanwhile(self, stored: Mapping[Environment, StoredKey]) -> list[Environment]:
        """Return the environments left alone here, whose key is no longer the one seen."""
        return [
            environment
            for environment in Environment
            if environment not in self.changes()
            and self.cleaned_data[seen_field(environment)] != _fingerprint(stored, environment)
        ]

    def for_another_try(self, stored: Mapping[Environment, StoredKey]) -> Self:
        """Return the form as it goes back to its author, who now sees today's keys."""
        self.fields[next(iter(self.errors))].widget.attrs["autofocus"] = True
        self.data = self.data.copy()  # type: ignore[attr-defined]
        for environment in Environment:
            self.data[seen_field(environment)] = _fingerprint(stored, environment)  # type: ignore[index]
        return self

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


def seen_field(environment: Environment) -> str:
    return f"{environment}_seen"


def _fingerprint(stored: Mapping[Environment, StoredKey], environment: Environment) -> str:
    return stored[environment].fingerprint if environment in stored else ""
