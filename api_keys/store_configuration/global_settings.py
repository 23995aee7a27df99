"""Stores > Settings > Configuration > Sales Channels > Global Settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from admin_portal.access import permission_required, require_permission
from admin_portal.action_log.actions import Action
from admin_portal.action_log.recording import Change, record
from admin_portal.actors import Actor, actor_of
from admin_portal.requests import AuthenticatedRequest
from admin_portal.sign_in.kept_input import entered_in, say_that_it_is_back, take_kept_input
from api_keys.contract import Environment, Verdict
from api_keys.store_configuration.environments import label_of
from api_keys.store_configuration.held_keys import held_key
from api_keys.store_configuration.last_verifications import last_verification
from api_keys.store_configuration.models import GlobalSettings
from api_keys.store_configuration.verification import known_verdict
from api_keys.store_configuration.verification_words import VERDICTS

SEE = "store_configuration.view_globalsettings"
SAVE = "store_configuration.change_globalsettings"

FIELDS = ("environment", "clear_log_history", "debug_logging")


class GlobalSelect(forms.Select):
    # One value for all websites and store views, as Magento writes it.
    scope = gettext_lazy("[global]")


class GlobalSettingsForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in stubs only
    """Beside each field, the page sends the value that its author saw: `<name>_seen`."""

    debug_logging = forms.TypedChoiceField(
        label=gettext_lazy("Enable Debug Logging"),
        choices=[(True, gettext_lazy("Yes")), (False, gettext_lazy("No"))],
        coerce=lambda value: value == "True",
        help_text=gettext_lazy(
            "Yes: each key verification is a row of its own in the log, with its details and"
            " request id, and the server's log tells more of it. To find a fault; it costs space."
        ),
        widget=GlobalSelect,
    )

    class Meta:
        model = GlobalSettings
        fields = FIELDS
        widgets = {"environment": GlobalSelect, "clear_log_history": GlobalSelect}
        help_texts = {
            "environment": gettext_lazy("Which key Amazon Sales Channel works with."),
            "clear_log_history": gettext_lazy(
                "When key verifications leave the log: after a day, a week or 30 days."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def label_of(self, name: str, value: object) -> str:
        """Return what stands in the list for a value."""
        choices: Any = self.fields[name]
        return str({str(key): label for key, label in choices.choices}[str(value)])


@dataclass(frozen=True)
class Outcome:
    """What became of a change. `before` and `now` are the values by field, as text.

    `conflicts` are the fields that somebody else set to something else meanwhile; with one of
    them, nothing was saved. `left` are those that only somebody else changed.
    """

    before: Mapping[str, str]
    now: Mapping[str, str]
    conflicts: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@transaction.atomic
def save_settings(chosen: Mapping[str, object], seen: Mapping[str, str], *, by: Actor) -> Outcome:
    """Save what differs from what was seen, or nothing where another's change is in the way."""
    GlobalSettings.objects.get_or_create(pk=1)
    row = GlobalSettings.objects.select_for_update().get(pk=1)
    before = values_of(row)
    changed_meanwhile = [name for name in FIELDS if before[name] != seen[name]]
    left = tuple(name for name in changed_meanwhile if str(chosen[name]) == seen[name])
    conflicts = tuple(
        name for name in changed_meanwhile if str(chosen[name]) not in (seen[name], before[name])
    )
    if conflicts:
        return Outcome(before, before, conflicts, left)
    for name in FIELDS:
        if name not in left:
            setattr(row, name, chosen[name])
    row.save()
    outcome = Outcome(before, values_of(row), left=left)
    _record(outcome, by)
    return outcome


def _record(outcome: Outcome, by: Actor) -> None:
    form = GlobalSettingsForm()
    with override("en"):
        changes = [
            Change(
                form.fields[name].label or name,
                form.label_of(name, outcome.before[name]),
                form.label_of(name, outcome.now[name]),
            )
            for name in FIELDS
            if outcome.before[name] != outcome.now[name]
        ]
    if changes:
        subject = gettext_lazy("Global Settings")
        record(Action.CONFIGURATION_SAVED, by=by, subject=subject, changes=changes)


def values_of(row: GlobalSettings) -> dict[str, str]:
    return {name: str(getattr(row, name)) for name in FIELDS}


@permission_required(SEE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def global_settings(request: AuthenticatedRequest) -> HttpResponse:
    if request.method == "POST":
        return _save(request)
    now = values_of(GlobalSettings.current())
    kept = take_kept_input(request)
    if kept is None:
        return _render_form(request, GlobalSettingsForm(initial=now), seen=now)
    say_that_it_is_back(request)
    form = GlobalSettingsForm(initial=entered_in(GlobalSettingsForm(kept)))
    return _render_form(request, form, seen=_seen_in(kept))


def _save(request: AuthenticatedRequest) -> HttpResponse:
    require_permission(request, SAVE)
    form = GlobalSettingsForm(request.POST)
    seen = _seen_in(request.POST)
    if not form.is_valid():
        return _render_form(request, form, seen=seen)
    chosen = form.cleaned_data
    outcome = save_settings(chosen, seen, by=actor_of(request))
    for name in outcome.left:
        text = _("Somebody set %(field)s to “%(value)s” while you had the page open. It was left.")
        messages.warning(request, text % _words(form, name, outcome))
    if not outcome.conflicts:
        messages.success(request, _("You saved the configuration."))
        _tell_about_the_key(request, outcome)
        return redirect("global_settings")
    # What only somebody else changed is theirs by now: sent again, it must not look like a change.
    form = GlobalSettingsForm(chosen | {name: outcome.now[name] for name in outcome.left})
    for name in outcome.conflicts:
        text = _(
            "Somebody set this to “%(value)s” while you had the page open. To have yours all the"
            " same, save again."
        )
        form.add_error(name, text % _words(form, name, outcome))
    return _render_form(request, form, seen=outcome.now)


def _seen_in(sent: QueryDict) -> dict[str, str]:
    return {name: str(sent.get(f"{name}_seen", "")) for name in FIELDS}


def _words(form: GlobalSettingsForm, name: str, outcome: Outcome) -> dict[str, str]:
    return {
        "field": str(form.fields[name].label),
        "value": form.label_of(name, outcome.now[name]),
    }


def _tell_about_the_key(request: AuthenticatedRequest, outcome: Outcome) -> None:
    """Say how the key stands that the channel works with from now on, as far as it is known."""
    if outcome.before["environment"] == outcome.now["environment"]:
        return
    environment, verdict = _key_state(outcome.now["environment"])
    words = {"environment": label_of(environment)}
    if verdict is Verdict.VALID:
        text = _("Amazon Sales Channel works with the %(environment)s Api Key from now on.")
        messages.info(request, text % words)
    elif verdict is None:
        text = _(
            "Amazon Sales Channel works with the %(environment)s Api Key from now on. It has not"
            " been verified yet; that happens when somebody opens the channel."
        )
        messages.info(request, text % words)
    elif verdict is Verdict.MISSING:
        text = _("No %(environment)s Api Key is stored: the channel opens once you add one.")
        messages.warning(request, text % words)
    else:
        text = _("The %(environment)s Api Key does not open the channel: %(verdict)s.")
        messages.warning(request, text % {**words, "verdict": VERDICTS[verdict]})


def _key_state(value: str) -> tuple[Environment, Verdict | None]:
    environment = Environment(value)
    held = held_key(environment)
    return environment, known_verdict(held, last_verification(held), timezone.now())


def _render_form(
    request: AuthenticatedRequest, form: GlobalSettingsForm, *, seen: Mapping[str, str]
) -> HttpResponse:
    may_save = request.user.has_perm(SAVE)
    for name in list(form.errors)[:1]:
        form.fields[name].widget.attrs["autofocus"] = True
    for field in form.fields.values():
        field.disabled = not may_save
    environment, verdict = _key_state(GlobalSettings.current().environment)
    context = {
        "form": form,
        "rows": [(form[name], seen[name]) for name in FIELDS],
        "environment": environment,
        "verdict": verdict,
        "may_save": may_save,
    }
    return render(request, "store_configuration/global_settings.html", context)
