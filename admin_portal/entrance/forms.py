"""Codes of second factors, limited by the lock-out like passwords."""

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from django.core.exceptions import ValidationError

from admin_portal.action_log.actions import Action
from admin_portal.actors import Actor
from admin_portal.entrance import lock_out
from admin_portal.sign_in import second_factor_forms


class _Limited:
    user: Any

    def clean_code(self) -> str:
        """Judge no code of a locked account: it would be used up."""
        by = Actor(self.user, context.request.META["REMOTE_ADDR"])
        attempt = lock_out.begin_attempt(self.user, by.address)
        try:
            if not attempt.is_admitted:
                raise get_adapter().validation_error("incorrect_code")
            code: str = super().clean_code()  # type: ignore[misc]  # of the form it is mixed in
        except ValidationError:
            lock_out.fail(attempt, Action.SECOND_STEP_FAILED, by=by)
            raise
        lock_out.give_back(attempt)
        return code


class CodeForm(_Limited, second_factor_forms.CodeForm):
    pass


class ReauthenticateForm(_Limited, second_factor_forms.ReauthenticateForm):
    pass
