from admin_portal.job_schedule import RunHuey as Command  # noqa: F401
