import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store_configuration", "0003_key_watch"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="VerificationRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("once", models.CharField(max_length=150, unique=True)),
                ("environment", models.CharField(max_length=10)),
                ("verdict", models.CharField(max_length=20)),
                ("cause", models.CharField(max_length=30)),
                ("fingerprint", models.CharField(max_length=14)),
                ("occasion", models.CharField(max_length=10)),
                ("user_name", models.CharField(max_length=150)),
                ("started_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("times", models.PositiveIntegerField()),
                ("total_milliseconds", models.PositiveBigIntegerField()),
                ("slowest_milliseconds", models.PositiveIntegerField()),
                ("detail", models.CharField(default="", max_length=200)),
                ("request_id", models.CharField(default="", max_length=64)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": ["view"],
                "indexes": [
                    models.Index(fields=["started_at", "id"], name="verifications_by_time"),
                    models.Index(
                        fields=["slowest_milliseconds", "id"], name="verifications_by_slowness"
                    ),
                    models.Index(fields=["times", "id"], name="verifications_by_times"),
                ],
            },
        ),
    ]
