import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Role",
            fields=[
                (
                    "group",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="auth.group",
                    ),
                ),
                ("has_all", models.BooleanField(default=False)),
            ],
            options={
                "permissions": [
                    ("view_dashboard", "Dashboard"),
                    ("open_channel", "Amazon Sales Channel"),
                    ("manage_permissions", "Permissions"),
                    ("use_tools", "Tools"),
                ],
                "default_permissions": (),
            },
        ),
    ]
