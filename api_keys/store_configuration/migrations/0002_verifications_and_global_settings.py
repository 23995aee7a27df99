from django.db import migrations, models

import api_keys.contract


def copy_verifications(apps, schema_editor):
    """What the service said last moves to rows of its own, one for each key."""
    stored_keys = apps.get_model("store_configuration", "StoredKey")
    last_verifications = apps.get_model("store_configuration", "LastVerification")
    last_verifications.objects.bulk_create(
        last_verifications(
            environment=stored.environment,
            fingerprint=stored.fingerprint,
            verdict=stored.verdict,
            verified_at=stored.verified_at,
            expires_at=stored.expires_at,
        )
        for stored in stored_keys.objects.exclude(verdict="").exclude(verified_at=None)
    )


class Migration(migrations.Migration):
    dependencies = [
        ("store_configuration", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="GlobalSettings",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "environment",
                    models.CharField(
                        choices=[
                            (api_keys.contract.Environment["PRODUCTION"], "Production"),
                            (api_keys.contract.Environment["SANDBOX"], "Sandbox"),
                        ],
                        default=api_keys.contract.Environment["PRODUCTION"],
                        max_length=10,
                        verbose_name="Environment",
                    ),
                ),
                (
                    "clear_log_history",
                    models.CharField(
                        choices=[
                            ("daily", "Once Daily"),
                            ("weekly", "Once Weekly"),
                            ("monthly", "Once Monthly"),
                        ],
                        default="monthly",
                        max_length=10,
                        verbose_name="Clear Log History",
                    ),
                ),
                (
                    "debug_logging",
                    models.BooleanField(default=False, verbose_name="Enable Debug Logging"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("pk", 1)), name="one_global_settings"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LastVerification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "environment",
                    models.CharField(
                        choices=[
                            (api_keys.contract.Environment["PRODUCTION"], "Production"),
                            (api_keys.contract.Environment["SANDBOX"], "Sandbox"),
                        ],
                        max_length=10,
                    ),
                ),
                ("fingerprint", models.CharField(max_length=14)),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            (api_keys.contract.Verdict["VALID"], "valid"),
                            (api_keys.contract.Verdict["INVALID"], "invalid"),
                            (api_keys.contract.Verdict["MALFORMED"], "malformed"),
                            (api_keys.contract.Verdict["REVOKED"], "revoked"),
                            (api_keys.contract.Verdict["EXPIRED"], "expired"),
                            (api_keys.contract.Verdict["WRONG_ENVIRONMENT"], "wrong_environment"),
                            (api_keys.contract.Verdict["MISSING"], "missing"),
                            (api_keys.contract.Verdict["UNREADABLE"], "unreadable"),
                            (api_keys.contract.Verdict["UNAVAILABLE"], "unavailable"),
                        ],
                        max_length=20,
                    ),
                ),
                ("verified_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("environment", "fingerprint"), name="one_last_verification_each"
                    )
                ],
            },
        ),
        migrations.RunPython(copy_verifications, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name="storedkey",
            name="expires_at",
        ),
        migrations.RemoveField(
            model_name="storedkey",
            name="verdict",
        ),
        migrations.RemoveField(
            model_name="storedkey",
            name="verified_at",
        ),
    ]
