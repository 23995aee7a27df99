from django.db import migrations, models

TRIGGERS = {
    "sqlite": [
        """
        CREATE TRIGGER action_record_is_never_changed BEFORE UPDATE ON action_log_actionrecord
        BEGIN SELECT RAISE(ABORT, 'records are never changed'); END
        """
    ],
    "postgresql": [
        """
        CREATE FUNCTION refuse_changed_action_record() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'records are never changed'; END $$
        """,
        """
        CREATE TRIGGER action_record_is_never_changed BEFORE UPDATE ON action_log_actionrecord
        FOR EACH ROW EXECUTE FUNCTION refuse_changed_action_record()
        """,
    ],
}


def refuse_changed_records(apps, schema_editor):
    for statement in TRIGGERS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def accept_changed_records(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION refuse_changed_action_record CASCADE")
    else:
        schema_editor.execute("DROP TRIGGER action_record_is_never_changed")


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ActionRecord",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("group", models.CharField(max_length=30)),
                ("action", models.CharField(max_length=60)),
                ("result", models.CharField(max_length=10)),
                ("user_number", models.BigIntegerField(null=True)),
                ("user_name", models.CharField(max_length=150)),
                ("address", models.CharField(max_length=45)),
                ("subject", models.CharField(max_length=200)),
                ("changes", models.JSONField()),
                ("request_id", models.CharField(max_length=64)),
                ("mac", models.CharField(max_length=64)),
            ],
            options={
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="ChainHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField(default=0)),
                ("mac", models.CharField(default="", max_length=64)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ChainKey",
            fields=[
                ("first_number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("ciphertext", models.TextField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.RunPython(refuse_changed_records, accept_changed_records),
    ]
