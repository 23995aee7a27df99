"""Old nodes serve on a migrated database: no migration takes away what the last release needs."""

from collections.abc import Sequence

import pytest
from django.apps import apps
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django_migration_linter.sql_analyser.analyser import analyse_sql_statements
from django_migration_linter.sql_analyser.postgresql import PostgresqlAnalyser

OURS = ("admin_portal", "amazon_channel", "api_keys")

REVIEWED = {
    "action_log": ["0001_initial", "0002_indexes_of_the_report", "0003_seal_of_the_head"],
    "commerce_account": [
        "0001_initial",
        "0002_companies_rolls_and_history",
        "0003_copy_key_events",
        "0004_language_of_mails",
    ],
    "entrance": ["0001_initial", "0002_language_of_mails", "0003_ended_sessions"],
    "notifications": ["0001_initial", "0002_language_of_mails"],
    "people": ["0001_initial", "0002_a_role_for_who_has_all"],
    "preferences": ["0001_initial"],
    "security": ["0001_initial", "0002_language_of_mails"],
    "store_configuration": [
        "0001_initial",
        "0002_verifications_and_global_settings",
        "0003_key_watch",
        "0004_verification_records",
    ],
}
"""From before several nodes could serve. Add one only if the release before it needs nothing of
what it takes away, and say here which release that is."""

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="several nodes need PostgreSQL: its SQL is read"
    ),
]


@pytest.fixture
def loader() -> MigrationLoader:
    return MigrationLoader(connection)


def objections(migration: Migration, before: ProjectState) -> list[str]:
    """Return why the code from before `migration` would fail on what it leaves, or wait for it."""
    with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
        migration.apply(before, editor, collect_sql=True)
    errors, _ignored, _warnings = analyse_sql_statements(PostgresqlAnalyser, editor.collected_sql)
    return [issue.code for issue in errors] + waits(editor.collected_sql)


def waits(statements: Sequence[str]) -> list[str]:
    """Return an objection to each index that is made while nobody may write to its table.

    Dropping one takes no longer than any other change of a table.
    """
    tables = [statement for statement in statements if statement.startswith("CREATE TABLE")]
    found = []
    for statement in statements:
        # One at a time: of several indexes, the linter looks at the first alone.
        _errors, _ignored, warnings = analyse_sql_statements(
            PostgresqlAnalyser, [*tables, statement], ["DROP_INDEX"]
        )
        found += [issue.code for issue in warnings]
    return found


# A migration that makes an index concurrently refuses to be part of a transaction.
@pytest.mark.django_db(transaction=True)
def test_new_migrations_leave_what_the_last_release_needs(loader: MigrationLoader) -> None:
    ours = {app.label for app in apps.get_app_configs() if app.name.startswith(OURS)}

    found = {
        key: objections(migration, loader.project_state(key, at_end=False))
        for key, migration in loader.disk_migrations.items()
        if key[0] in ours and key[1] not in REVIEWED.get(key[0], [])
    }

    assert set(REVIEWED) <= ours
    assert {key: codes for key, codes in found.items() if codes} == {}


BY_LANGUAGE = models.Index(fields=["language"], name="by_language")


@pytest.mark.parametrize(
    ("operation", "objection"),
    [
        (migrations.RemoveField("preferences", "language"), ["DROP_COLUMN"]),
        (migrations.RenameField("preferences", "language", "tongue"), ["RENAME_COLUMN"]),
        (migrations.RenameModel("preferences", "Choices"), ["RENAME_TABLE"]),
        (migrations.DeleteModel("preferences"), ["DROP_TABLE"]),
        (migrations.AddField("preferences", "new", models.IntegerField(default=0)), ["NOT_NULL"]),
        (migrations.AddField("preferences", "new", models.IntegerField(null=True)), []),
        (migrations.AddField("preferences", "new", models.IntegerField(db_default=0)), []),
        (migrations.CreateModel("New", [("id", models.IntegerField(primary_key=True))]), []),
        (migrations.AlterField("preferences", "language", models.TextField()), ["ALTER_COLUMN"]),
        (migrations.AlterField("preferences", "language", models.CharField(max_length=10)), []),
        (migrations.AddIndex("preferences", BY_LANGUAGE), ["CREATE_INDEX"]),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Operation) else "",
)
def test_what_old_code_needs_is_known(
    loader: MigrationLoader, operation: Operation, objection: list[str]
) -> None:
    migration = type("New", (Migration,), {"operations": [operation]})

    assert objections(migration("new", "preferences"), loader.project_state()) == objection


@pytest.mark.django_db(transaction=True)
def test_index_that_keeps_nobody_waiting_is_welcome(loader: MigrationLoader) -> None:
    operations = [AddIndexConcurrently("preferences", BY_LANGUAGE)]
    migration = type("New", (Migration,), {"atomic": False, "operations": operations})

    assert objections(migration("new", "preferences"), loader.project_state()) == []


def test_index_of_an_old_table_is_found_behind_that_of_a_new_one(loader: MigrationLoader) -> None:
    operations: list[Operation] = [
        migrations.CreateModel("New", [("id", models.IntegerField(primary_key=True))]),
        migrations.AddIndex("new", models.Index(fields=["id"], name="by_id")),
        migrations.AddIndex("preferences", BY_LANGUAGE),
    ]
    migration = type("New", (Migration,), {"operations": operations})

    assert objections(migration("new", "preferences"), loader.project_state()) == ["CREATE_INDEX"]
