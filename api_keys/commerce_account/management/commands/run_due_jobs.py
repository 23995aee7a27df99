from admin_portal.background_jobs import RunDueJobs
from api_keys.commerce_account import jobs


class Command(RunDueJobs):
    def run_all(self) -> bool:
        return jobs.run_all()
