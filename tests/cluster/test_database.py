"""PostgreSQL as it is recommended: roles that may do no more than they have to, and a backup."""

import re
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
import requests
from psycopg.errors import InsufficientPrivilege

from api_keys.contract import CHECK_PATH
from tests.cluster.cluster import DATABASE_URLS, SITES, Cluster
from tests.cluster.load import CHANNEL, CHANNEL_TEXT, prepare_load
from tests.cluster.programs import Node
from tests.cluster.table import note
from tests.cluster.visitor import Visitor

BEYOND_A_NODE = [
    ("commerce_admin", "DELETE FROM action_log_actionrecord"),
    ("commerce_admin", "UPDATE action_log_actionrecord SET user_name = 'eve'"),
    ("commerce_admin", "TRUNCATE action_log_actionrecord"),
    ("commerce_admin", "ALTER TABLE action_log_actionrecord DISABLE TRIGGER ALL"),
    ("commerce_admin", "DROP TABLE auth_user"),
    ("commerce_admin", "CREATE TABLE mine ()"),
    ("commerce_admin", "DELETE FROM django_migrations"),
    ("commerce_account", "UPDATE commerce_account_event SET actor_email = 'eve'"),
    ("commerce_account", "TRUNCATE commerce_account_event"),
]


@pytest.mark.parametrize(("database", "statement"), BEYOND_A_NODE)
def test_node_s_role_may_not(cluster: Cluster, database: str, statement: str) -> None:
    url = cluster.postgresql.url(database, f"{database}_app")

    with psycopg.connect(url) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(statement.encode())


def test_neither_site_s_role_reaches_the_other_s_database(cluster: Cluster) -> None:
    url = cluster.postgresql.url("commerce_account", "commerce_admin_app")

    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(url)


def test_backup_is_restored_and_both_sites_serve_from_it(cluster: Cluster, tmp_path: Path) -> None:
    load = prepare_load(cluster, "Backup")
    person = Visitor(cluster)
    person.sign_in(cluster.admin, "admin", cluster.password)
    noted = last_row(cluster.manage("admin", "verify_action_log"))
    began = time.monotonic()
    dumps = {site: dump(cluster, site, tmp_path) for site in SITES}
    databases = {site: restore(cluster, site, dumps[site]) for site in SITES}
    took = time.monotonic() - began
    url = cluster.database_url("admin", "app", databases["admin"])

    said = cluster.manage(
        "admin", "verify_action_log", "--expect", noted, **{DATABASE_URLS["admin"]: url}
    )
    with ExitStack() as started:
        admin = node_on(cluster, "admin", databases["admin"], started)
        account = node_on(cluster, "account", databases["account"], started)
        channel = get_from(admin, CHANNEL, Cookie=cookies_of(person))
        statuses = {
            kind: get_from(account, CHECK_PATH, **{"X-API-Key": load.keys[kind]}).status_code
            for kind in ("good", "revoked", "expired", "sandbox")
        }

    assert noted in said
    assert CHANNEL_TEXT in channel.text
    assert statuses == {"good": 200, "revoked": 401, "expired": 401, "sandbox": 403}
    with psycopg.connect(url) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute("DELETE FROM action_log_actionrecord")
    note(f"Backup and restore of both databases took {took:.1f} s.")


def dump(cluster: Cluster, site: str, folder: Path) -> str:
    file = str(folder / f"{site}.dump")
    url = cluster.database_url(site, "backup")
    cluster.postgresql.program("pg_dump", "--format=custom", f"--file={file}", f"--dbname={url}")
    return file


def restore(cluster: Cluster, site: str, file: str) -> str:
    """Restore into a new database beside the old one; return its name."""
    name = f"commerce_{site}_restored"
    cluster.run_sql("database.sql", site, database="postgres", name=name)
    by = ("--no-owner", f"--role=commerce_{site}_owner", "--exit-on-error")
    url = cluster.postgresql.url(name)
    cluster.postgresql.program("pg_restore", *by, f"--dbname={url}", file)
    # What a new database grants for all tables is more than the dump takes back.
    cluster.run_sql("grants.sql", site, database=name)
    return name


def node_on(cluster: Cluster, site: str, database: str, started: ExitStack) -> Node:
    url = cluster.database_url(site, "app", database)
    node = cluster.node(site, f"{site}-restored", **{DATABASE_URLS[site]: url})
    node.start()
    started.callback(node.end)
    node.wait_until_ready()
    return node


def get_from(node: Node, path: str, **headers: str) -> requests.Response:
    """Ask a node as nginx would."""
    url = f"http://127.0.0.1:{node.port}{path}"
    return requests.get(url, headers={"X-Forwarded-Proto": "https", **headers}, timeout=10)


def cookies_of(person: Visitor) -> str:
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.session.cookies)


def last_row(said: str) -> str:
    (noted,) = re.findall(r"The last row: (\S+)", said)
    return str(noted)
