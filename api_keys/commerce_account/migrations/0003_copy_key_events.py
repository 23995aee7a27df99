from django.db import migrations

KINDS = {"issued": "key_created", "revealed": "key_revealed", "revoked": "key_deleted"}


def copy_key_events(apps, schema_editor):
    """Carry over what was recorded of each key into its company's history."""
    old = apps.get_model("commerce_account", "KeyEvent").objects.select_related("key", "actor")
    event = apps.get_model("commerce_account", "Event")
    event.objects.bulk_create(
        (
            event(
                company_id=row.key.company_id,
                kind=KINDS[row.kind],
                key_id=row.key_id,
                actor_id=row.actor_id,
                actor_email=row.actor.email if row.actor else "",
                created_at=row.created_at,
            )
            for row in old.order_by("pk").iterator()
        ),
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [("commerce_account", "0002_companies_rolls_and_history")]

    operations = [
        migrations.RunPython(copy_key_events),
        migrations.DeleteModel(name="KeyEvent"),
    ]
