from django.conf import settings
from django.http import HttpRequest


def mail_server(request: HttpRequest) -> dict[str, bool]:
    """Tell templates whether e-mails go out at all. A context processor."""
    return {"has_mail_server": bool(settings.EMAIL_URL)}
