"""Give models the names by which administrators know them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0006_know_two_more_house_papers"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="officercredential",
            options={
                "ordering": ["officer_id", "kind", "-valid_until", "pk"],
                "verbose_name": "credential",
                "verbose_name_plural": "credentials",
            },
        ),
        migrations.AlterModelOptions(
            name="organisation",
            options={
                "ordering": ["name", "pk"],
                "verbose_name": "organisation",
                "verbose_name_plural": "organisations",
            },
        ),
        migrations.AlterModelOptions(
            name="team",
            options={
                "ordering": ["name", "pk"],
                "verbose_name": "team",
                "verbose_name_plural": "teams",
            },
        ),
    ]
