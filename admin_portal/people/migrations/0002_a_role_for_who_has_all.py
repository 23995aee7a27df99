from django.db import migrations


def give_role(apps, schema_editor):
    """Give those who may do everything so far the role that has all."""
    people = apps.get_model("auth", "User").objects.filter(is_superuser=True)
    if not people.exists():
        return
    group, _is_new = apps.get_model("auth", "Group").objects.get_or_create(name="Administrators")
    apps.get_model("people", "Role").objects.get_or_create(group=group, defaults={"has_all": True})
    for user in people:
        user.groups.set([group])


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [migrations.RunPython(give_role, migrations.RunPython.noop)]
