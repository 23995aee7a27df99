from django.db import migrations


def give_role(apps, schema_editor):
    """Give those who may do everything so far the role that has all."""
    people = apps.get_model("auth", "User").objects.filter(is_superuser=True)
    if not people.exists():
        return
    groups = apps.get_model("auth", "Group").objects
    # A group of that name may have other people: they get nothing by this.
    taken = groups.filter(name="Administrators").exists()
    group = groups.create(name="Administrators (All)" if taken else "Administrators")
    apps.get_model("people", "Role").objects.create(group=group, has_all=True)
    for user in people:
        user.groups.set([group])


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [migrations.RunPython(give_role, migrations.RunPython.noop)]
