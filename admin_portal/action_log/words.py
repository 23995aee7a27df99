"""A record in the words of whoever reads it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from admin_portal.action_log.actions import Action, Group, Result
from admin_portal.action_log.models import ActionRecord


@dataclass(frozen=True)
class Words:
    """What a row says. `changes` are the name, the old and the new value of each."""

    group: str
    action: str
    result: str
    who: str
    subject: str
    changes: list[tuple[str, str, str]]


def words_of(row: ActionRecord) -> Words:
    return Words(
        group=_label(Group, row.group),
        action=_label(Action, row.action),
        result=_label(Result, row.result),
        who=row.user_name or ("" if row.address else _("The Admin itself")),
        subject=_translated(row.subject),
        changes=[
            (_translated(name), _translated(old), _translated(new))
            for name, old, new in row.changes
        ],
    )


def in_one_text(changes: list[tuple[str, str, str]]) -> str:
    """Return the changes as they stand in one cell of a file."""
    return "; ".join(
        f"{name}: {old} → {new}" if old else f"{name}: {new or '–'}" for name, old, new in changes
    )


def _label(choices: type[TextChoices], value: str) -> str:
    # A value of another version, from before going back to this one, stands for itself.
    return str(choices(value).label) if value in choices.values else value


def _translated(text: str) -> str:
    return _(text) if text else ""
