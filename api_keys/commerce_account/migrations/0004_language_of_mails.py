from django.db import migrations, models

import admin_portal.sending


class Migration(migrations.Migration):
    dependencies = [
        ("commerce_account", "0003_copy_key_events"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="language",
            field=models.CharField(default=admin_portal.sending.language_of_now, max_length=10),
        ),
    ]
