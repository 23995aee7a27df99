from django.db import migrations, models

import admin_portal.sending


class Migration(migrations.Migration):
    dependencies = [
        ("security", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="securitymail",
            name="language",
            field=models.CharField(default=admin_portal.sending.language_of_now, max_length=10),
        ),
    ]
