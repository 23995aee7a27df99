"""What somebody sent in a form after being signed out, until they are back and the page shows it.

Only of forms that carry `{% keeps_input %}`: the signature in it says whose it is, and nobody who
was never signed in can have us keep anything.
"""

from __future__ import annotations

import re
import time
from functools import lru_cache

from django.contrib import messages
from django.core import signing
from django.forms import BaseForm
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from admin_portal import encryption

AUTHOR = "author"
"""Name of the hidden field."""

SECONDS = 15 * 60
MOST_BYTES = 20_000
_KEPT = "kept_input"
_SALT = "admin_portal.sign_in.kept_input"
_LONGEST_VISIT = 30 * 24 * 3600
_NEVER_KEPT = re.compile("password|key|secret|token|code|credential", re.IGNORECASE)


def signature_of(user_pk: int) -> str:
    """Return what proves who was given a form. The same for a minute: to sign takes a while."""
    return _signature_in(int(time.time() // 60), user_pk)


@lru_cache(maxsize=1024)
def _signature_in(minute: int, user_pk: int) -> str:
    return signing.dumps(user_pk, salt=_SALT)


def keep(request: HttpRequest) -> bool:
    """Keep what was sent, but no secrets and no files. Returns False if nothing is kept of it."""
    author = _author_in(request)
    fields = request.POST.copy()
    for name in [AUTHOR, *filter(_NEVER_KEPT.search, request.POST)]:
        fields.pop(name, None)
    sent = fields.urlencode()
    if author is None or len(sent) > MOST_BYTES:
        return False
    request.session[_KEPT] = {
        "path": request.path,
        "author": author,
        "at": time.time(),
        "fields": encryption.encrypt(sent),
    }
    return True


def take_kept_input(request: HttpRequest) -> QueryDict | None:
    """Return what this person last sent to this page in vain, once."""
    kept = request.session.get(_KEPT)
    if kept is None or kept["path"] != request.path:
        return None
    del request.session[_KEPT]
    if kept["author"] != request.user.pk or time.time() - kept["at"] > SECONDS:
        return None
    try:
        return QueryDict(encryption.decrypt(kept["fields"]))
    except encryption.UnreadableError:
        return None


def say_that_it_is_back(request: HttpRequest) -> None:
    messages.info(request, _("What you had entered is back; nothing was saved yet."))


def entered_in(form: BaseForm) -> dict[str, object]:
    """Return what was entered in a form, as another form's `initial`, which has no errors yet."""
    return {name: form[name].data for name in form.fields if not _NEVER_KEPT.search(name)}


def _author_in(request: HttpRequest) -> int | None:
    try:
        author: int = signing.loads(
            request.POST.get(AUTHOR, ""), salt=_SALT, max_age=_LONGEST_VISIT
        )
    except signing.BadSignature:
        return None
    return author
