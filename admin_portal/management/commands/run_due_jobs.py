from admin_portal import jobs
from admin_portal.background_jobs import RunDueJobs


class Command(RunDueJobs):
    def run_all(self) -> bool:
        return jobs.run_all()
