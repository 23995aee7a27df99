"""Who gets which e-mails about a company."""

from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone

from api_keys.commerce_account.sending import send_due

OWNER, DEVELOPER, VIEWER = "mia@example.com", "dev@example.com", "val@example.com"


def sent() -> list[EmailMessage]:
    """Send what is due; return it, the first recipient in the alphabet first."""
    mail.outbox.clear()
    send_due(timezone.now())
    return sorted(mail.outbox, key=lambda message: message.to)


def recipients() -> list[str]:
    return [message.to[0] for message in sent()]
