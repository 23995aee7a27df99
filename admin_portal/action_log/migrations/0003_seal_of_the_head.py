from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("action_log", "0002_indexes_of_the_report")]

    operations = [
        migrations.AddField(
            model_name="chainhead",
            name="seal",
            field=models.CharField(default="", max_length=64),
        ),
    ]
