"""What people and programs notice of restarts, crashes and outages: as little as can be."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import psycopg

from api_keys.contract import Environment, fingerprint, generate_key
from tests.cluster.changes import Changes
from tests.cluster.cluster import NODES, Cluster
from tests.cluster.load import Load, prepare_load, running_load, some_address
from tests.cluster.programs import ACCOUNT, ADMIN, PostgreSQL, wait_until
from tests.cluster.table import add_line, note
from tests.cluster.visitor import Visitor

FORGOTTEN = 2.5
"""Seconds after which nginx has forgotten that a node failed, and asks it again."""
BEFORE = 2.0
AFTER = 3.0
WRITTEN = 20.0
"""Seconds after which what was counted is written at the latest: USAGE_FLUSH_SECONDS is 2."""
ASKED_AGAIN = 6.0
"""Seconds after which each node asks Valkey again, once it has found it away."""
RUN_AGAIN = 90.0
"""Seconds within which a job runs that is due each minute."""
FAILED_ATTEMPTS = 60
"""LIMIT_FAILED_ATTEMPTS, a minute"""
COUNTED = {"good", "sandbox", "revoked", "expired", "channel"}


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
    assert changes.misled == []
    assert changes.noticed_by_all > 0
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
    least = {kind: load.count(kind)[0] - load.lost(kind) for kind in COUNTED}
    most = {kind: sum(load.count(kind)) for kind in COUNTED}

    def are_written() -> bool:
        found = counted_uses(postgresql, load)
        return all(found.get(kind, 0) >= least[kind] for kind in COUNTED)

    wait_until(are_written, WRITTEN)
    found = counted_uses(postgresql, load)
    assert found.keys() == COUNTED
    assert {
        kind: (least[kind], counted, most[kind])
        for kind, counted in found.items()
        if not least[kind] <= counted <= most[kind]
    } == {}


def counted_uses(postgresql: PostgreSQL, load: Load) -> dict[str, int]:
    """Return how many uses of each of the load's keys are written down."""
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
    return {kind: counted for kind, counted in found if counted is not None}


def test_without_valkey_nothing_is_refused_and_nothing_let_in(cluster: Cluster) -> None:
    with at_work(cluster, "Valkey stopped and back") as load:
        assert unknown_keys_until_refused(cluster) == FAILED_ATTEMPTS
        cluster.valkey.terminate()
        time.sleep(3)
        # Each node counts for itself, and still does.
        guesses = unknown_keys_until_refused(cluster)
        cluster.start_valkey()
        time.sleep(ASKED_AGAIN)
        assert unknown_keys_until_refused(cluster) == FAILED_ATTEMPTS

    assert FAILED_ATTEMPTS < guesses <= NODES * FAILED_ATTEMPTS
    assert load.failed == []


def unknown_keys_until_refused(cluster: Cluster) -> int:
    """Guess keys from one address; return how many guesses were answered before a 429."""
    guesser = Visitor(cluster, some_address())
    for guess in range(NODES * FAILED_ATTEMPTS + 1):
        reply = guesser.check(generate_key(Environment.PRODUCTION))
        if reply.status == 429:
            # The site's own: nginx's says nothing of limits.
            assert "RateLimit" in reply.headers
            return guess
        assert reply.status == 401
    raise AssertionError("nobody refuses a guesser")


def test_postgresql_s_restart_costs_no_more_than_it_takes(cluster: Cluster) -> None:
    with at_work(cluster, "PostgreSQL restarted") as load:
        began = time.monotonic()
        cluster.postgresql.stop()
        time.sleep(2)
        cluster.postgresql.start()
        took = time.monotonic() - began

    note(f"PostgreSQL was away for {took:.1f} s.")
    assert load.longest_failing() < took + 3


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

    # Of what the node had taken, nginx asks the other one again, but for what changes something and
    # what had begun to come back: one node's headers and another one's body are no answer.
    broken_off = [sample for sample in load.failed if sample.kind != "change"]
    assert [sample.reply.status for sample in broken_off] in ([], [0])
    assert len(load.failed) <= 4


def test_jobs_go_on_after_valkey_and_postgresql_came_back(cluster: Cluster) -> None:
    # Both were away above. What is due each minute may have run since, or else is waited for.
    came_back = max(cluster.postgresql.started_at(), cluster.valkey_started_at())

    for jobs in cluster.jobs.values():
        has_run = partial(jobs.has_succeeded_since, came_back)
        assert wait_until(has_run, RUN_AGAIN), f"nothing ran; {jobs.log} says why"
