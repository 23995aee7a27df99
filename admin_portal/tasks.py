"""When each job of the Admin runs; see the Commerce account's `tasks` for why without locks."""

from django.utils import timezone
from huey import crontab
from huey.contrib.djhuey import close_db, db_periodic_task, on_startup

from admin_portal import jobs
from admin_portal.notifications import telling
from api_keys.store_configuration import watching

_MINUTE = 60
_HOUR = 60 * _MINUTE


@on_startup()
@close_db
def run_what_became_due_meanwhile() -> None:
    jobs.run_all()


@db_periodic_task(crontab(), expires=_MINUTE)
def send_due() -> None:
    telling.send_due(timezone.now())


@db_periodic_task(crontab(), expires=_MINUTE)
def verify_held_keys() -> None:
    watching.verify_held_keys(timezone.now())


@db_periodic_task(crontab(minute="5"), expires=_HOUR)
def tell_of_expiries() -> None:
    watching.tell_of_expiries(timezone.now())


@db_periodic_task(crontab(minute="35", hour="3"), expires=_HOUR)
def purge() -> None:
    jobs.purge(timezone.now())
