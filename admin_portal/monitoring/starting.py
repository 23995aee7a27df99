from admin_portal.monitoring import metrics, tracing
from admin_portal.monitoring.metrics import CountExpiringKeys, ExpiringKeys


def start(metrics_port: int, count_expiring_keys: CountExpiringKeys | None = None) -> None:
    """Serve this process's metrics and send its traces, where settings say so.

    Call it in the worker: threads don't survive a fork.
    """
    if metrics_port and count_expiring_keys:
        metrics.REGISTRY.register(ExpiringKeys(count_expiring_keys))
    metrics.serve(metrics_port)
    tracing.start()
