"""Give models the names by which administrators know them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0001_keep_keys"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="apikey",
            options={"verbose_name": "API key", "verbose_name_plural": "API keys"},
        ),
    ]
