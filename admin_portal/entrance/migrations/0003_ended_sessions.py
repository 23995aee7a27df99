from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("entrance", "0002_language_of_mails"),
    ]

    operations = [
        migrations.CreateModel(
            name="EndedSession",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("address", models.CharField(max_length=45)),
                ("at", models.DateTimeField(db_index=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
    ]
