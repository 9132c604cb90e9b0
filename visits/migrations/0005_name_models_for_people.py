"""Give models the names by which administrators know them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0004_tell_how_a_visit_set_out_and_ended"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="visit",
            options={
                "ordering": ["-starts_at", "-pk"],
                "verbose_name": "visit",
                "verbose_name_plural": "Visits",
            },
        ),
    ]
