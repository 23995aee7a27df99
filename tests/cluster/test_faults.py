"""What people and programs notice of restarts, crashes and outages: as little as can be."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from api_keys.contract import Environment, fingerprint, generate_key
from tests.cluster.changes import Changes
from tests.cluster.cluster import Cluster
from tests.cluster.load import Load, prepare_load, running_load, some_address
from tests.cluster.programs import ACCOUNT, ADMIN, PostgreSQL
from tests.cluster.table import add_line, note
from tests.cluster.visitor import Visitor

FORGOTTEN = 2.5
"""Seconds after which nginx has forgotten that a node failed, and asks it again."""
BEFORE = 2.0
AFTER = 3.0
WRITTEN = 3.0
"""Seconds after which what was counted is written: USAGE_FLUSH_SECONDS, and a bit."""
FAILED_ATTEMPTS = 60
"""LIMIT_FAILED_ATTEMPTS, a minute"""


@contextmanager
def at_work(cluster: Cluster, fault: str) -> Iterator[Load]:
    """Have everybody at work before, during and after the block; then hold what has to be so."""
    load = prepare_load(cluster, fault)
    changes = Changes(load)
    with running_load(load, changes.work):
        time.sleep(BEFORE)
        yield load
        time.sleep(AFTER)
    add_line(fault, load, changes)
    assert load.wrong == []
    assert changes.still_valid == []
    time.sleep(WRITTEN)
    assert_changes_are_kept(cluster.postgresql, changes)
    assert_uses_are_counted(cluster.postgresql, load)


def assert_changes_are_kept(postgresql: PostgreSQL, changes: Changes) -> None:
    """Hold that all that people were told was done is there, once, and so is its record."""
    events = postgresql.ask("SELECT kind, key_id::text FROM commerce_account_event", ACCOUNT)
    created = [key for kind, key in events if kind == "key_created"]
    deleted = [key for kind, key in events if kind == "key_deleted"]
    of_keys = "SELECT description, id::text, revoked_at FROM commerce_account_issuedkey"
    keys = postgresql.ask(of_keys, ACCOUNT)
    descriptions = [description for description, _key, _revoked_at in keys]
    live = {key for _description, key, revoked_at in keys if revoked_at is None}
    assert [descriptions.count(each) for each in changes.created] == [1] * len(changes.created)
    assert [created.count(key) for key in changes.issued] == [1] * len(changes.issued)
    assert [deleted.count(key) for key in changes.deleted] == [1] * len(changes.deleted)
    assert not live & set(changes.deleted)
    of_saved = "SELECT changes FROM action_log_actionrecord WHERE action = 'configuration.saved'"
    saved = [new for (told,) in postgresql.ask(of_saved, ADMIN) for _name, _old, new in told]
    assert [saved.count(stored) for stored in changes.stored] == [1] * len(changes.stored)


def assert_uses_are_counted(postgresql: PostgreSQL, load: Load) -> None:
    """Hold that each answer about a key is counted, but for what a killed node had in memory."""
    of_keys = """
        SELECT description, sum(calls)::int FROM commerce_account_keyusage
        JOIN commerce_account_issuedkey AS issued ON issued.id = key_id
        JOIN commerce_account_company AS company ON company.id = issued.company_id
        WHERE company.name = %s AND description != 'stored' GROUP BY description
    """
    of_visits = """
        SELECT 'channel', sum(times)::int FROM store_configuration_verificationrecord
        WHERE occasion = 'visit' AND fingerprint = %s
    """
    found = postgresql.ask(of_keys, ACCOUNT, load.company)
    found += postgresql.ask(of_visits, ADMIN, fingerprint(load.keys["stored"]))
    assert {kind for kind, _counted in found} == {
        "good",
        "sandbox",
        "revoked",
        "expired",
        "channel",
    }
    for kind, counted in found:
        answered, failed = load.count(kind)
        assert answered - load.lost(kind) <= counted <= answered + failed, kind


def test_rolling_restart_is_not_noticed(cluster: Cluster) -> None:
    with at_work(cluster, "rolling restart, with migrate") as load:
        for site in cluster.nodes:
            cluster.migrate(site)
            change_tables(cluster, site)
        # One node of each site after the other.
        for nodes in zip(*cluster.nodes.values(), strict=True):
            for node in nodes:
                node.terminate()
                node.start()
            for node in nodes:
                node.wait_until_ready()
            time.sleep(FORGOTTEN)

    assert load.failed == []


def change_tables(cluster: Cluster, site: str) -> None:
    """Change tables as the next release may, whose migrations are not there yet."""
    keys = {"admin": "store_configuration_storedkey", "account": "commerce_account_issuedkey"}
    with psycopg.connect(cluster.database_url(site), autocommit=True) as connection:
        for table in ("auth_user", "django_session", keys[site]):
            statement = f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS of_the_next_release text"
            connection.execute(statement.encode())


def test_killed_node_costs_next_to_nothing(cluster: Cluster) -> None:
    with at_work(cluster, "kill -9 of a node of each site") as load:
        killed = [nodes[0] for nodes in cluster.nodes.values()]
        for node in killed:
            node.kill()
            load.killed.append(time.monotonic())
        time.sleep(3)
        for node in killed:
            node.start()
        for node in killed:
            node.wait_until_ready()

    # Of what the node had taken, nginx asks the other one again, unless it changes something.
    assert {sample.kind for sample in load.failed} <= {"change"}
    assert len(load.failed) <= 4


def test_without_valkey_nothing_is_refused_and_nothing_let_in(cluster: Cluster) -> None:
    with at_work(cluster, "Valkey stopped and back") as load:
        assert unknown_keys_until_refused(cluster) == FAILED_ATTEMPTS
        cluster.valkey.terminate()
        time.sleep(3)
        assert unknown_keys_until_refused(cluster) > FAILED_ATTEMPTS
        cluster.valkey.start()
        time.sleep(6)
        assert unknown_keys_until_refused(cluster) == FAILED_ATTEMPTS

    assert load.failed == []
    assert [program.is_running() for program in cluster.jobs.values()] == [True, True]


def unknown_keys_until_refused(cluster: Cluster) -> int:
    """Guess keys from one address; return how many guesses were answered before a 429, if any."""
    guesser = Visitor(cluster, some_address())
    for guess in range(FAILED_ATTEMPTS + 10):
        reply = guesser.check(generate_key(Environment.PRODUCTION))
        if reply.status == 429:
            return guess
        assert reply.status == 401
    return FAILED_ATTEMPTS + 10


def test_postgresql_s_restart_costs_no_more_than_it_takes(cluster: Cluster) -> None:
    with at_work(cluster, "PostgreSQL restarted") as load:
        began = time.monotonic()
        cluster.postgresql.stop()
        time.sleep(2)
        cluster.postgresql.start()
        took = time.monotonic() - began

    note(f"PostgreSQL was away for {took:.1f} s.")
    assert load.longest_failing() < took + 3
