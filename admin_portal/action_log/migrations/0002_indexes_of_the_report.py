from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("action_log", "0001_initial")]

    operations = [
        migrations.AddIndex(model_name="actionrecord", index=models.Index(fields=fields, name=name))
        for name, fields in (
            ("records_by_time", ["at", "number"]),
            ("records_by_group", ["group", "at", "number"]),
            ("records_by_action", ["action", "at", "number"]),
            ("records_by_result", ["result", "at", "number"]),
            ("records_by_user", ["user_name", "at", "number"]),
            ("records_by_address", ["address", "at", "number"]),
        )
    ]
