"""Take somebody's second factors away, so that they can come in and set up others."""

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from admin_portal.action_log.actions import Action
from admin_portal.action_log.recording import Change, record
from admin_portal.actors import Actor
from admin_portal.security import mails
from admin_portal.security.recording import names_of
from admin_portal.sign_in.sessions import end_sessions

FACTORS_RESET = "security/mails/factors_reset"


@transaction.atomic
def reset_second_factors(user: User, by: Actor) -> bool:
    """Take away app, passkeys and recovery codes of `user`, who is told, and end their sessions.

    Returns False where there was nothing to take away.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    factors = list(Authenticator.objects.filter(user=user))
    if not factors:
        return False
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    who = by.user.get_username() if by.user else ""
    mails.tell(user, FACTORS_RESET, who=who)
    lost = Change(_("Second factors"), names_of(factors), "")
    record(Action.FACTORS_RESET, by=by, subject=user.get_username(), changes=[lost])
    return True
