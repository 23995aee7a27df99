"""When each job of the Admin runs. `manage.py run_huey` imports this."""

from admin_portal import jobs
from admin_portal.entrance.lock_mails import send_due_lock_mails
from admin_portal.job_schedule import at_start, every_hour, every_minute, every_night
from admin_portal.notifications.telling import send_due
from admin_portal.security import mails
from api_keys.store_configuration.watching import tell_of_expiries, verify_held_keys

at_start(jobs.run_all)
every_minute(verify_held_keys)
every_minute(send_due)
every_minute(send_due_lock_mails)
every_minute(mails.send_due)
every_hour(tell_of_expiries)
every_night(jobs.purge)
