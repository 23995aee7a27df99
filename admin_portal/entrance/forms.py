"""Codes of second factors, limited by the lock-out like passwords."""

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction

from admin_portal.action_log.actions import Action
from admin_portal.action_log.recording import record
from admin_portal.actors import Actor, actor_called
from admin_portal.entrance import lock_out
from admin_portal.sign_in import second_factor_forms


class _Limited:
    user: Any
    authenticator: Authenticator

    def clean_code(self) -> str:
        """Judge no code of a locked account: it would be used up."""
        by = actor_called(self.user, context.request)
        attempt = lock_out.begin_attempt(self.user, by.address)
        try:
            if not attempt.is_admitted:
                raise get_adapter().validation_error("incorrect_code")
            code = self._use_up(by)
        except ValidationError:
            lock_out.fail(attempt, Action.SECOND_STEP_FAILED, by=by)
            raise
        lock_out.give_back(attempt)
        return code

    @transaction.atomic
    def _use_up(self, by: Actor) -> str:
        """Judge the code, and record a recovery code with its use."""
        code: str = super().clean_code()  # type: ignore[misc]  # of the form it is mixed in
        if self.authenticator.type == Authenticator.Type.RECOVERY_CODES:
            record(Action.RECOVERY_CODE_USED, by=by)
        return code


class CodeForm(_Limited, second_factor_forms.CodeForm):
    pass


class ReauthenticateForm(_Limited, second_factor_forms.ReauthenticateForm):
    pass
