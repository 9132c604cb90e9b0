"""Give models the names by which administrators know them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0010_ask_others_only_the_way"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="case",
            options={"ordering": ["-pk"], "verbose_name": "case", "verbose_name_plural": "cases"},
        ),
        migrations.AlterModelOptions(
            name="mandate",
            options={
                "ordering": ["-valid_from", "pk"],
                "verbose_name": "mandate",
                "verbose_name_plural": "mandates",
            },
        ),
    ]
