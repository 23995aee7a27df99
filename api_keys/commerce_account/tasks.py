"""When each job of the Commerce account runs. `manage.py run_huey` imports this."""

from admin_portal.job_schedule import at_start, every_hour, every_minute, every_night
from api_keys.commerce_account import jobs
from api_keys.commerce_account.expiries import remind_of_expiries
from api_keys.commerce_account.issuing import seal_retired_keys
from api_keys.commerce_account.sending import send_due

at_start(jobs.run_all)
every_minute(send_due)
every_minute(seal_retired_keys)
every_hour(remind_of_expiries)
every_night(jobs.purge)
