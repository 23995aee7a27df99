"""Where load balancers ask. Alone, because the server's own log needs no more than this."""

ALIVE = "/healthz"
READY = "/readyz"
PROBES = (ALIVE, READY)
