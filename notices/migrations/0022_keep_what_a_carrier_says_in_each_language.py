"""Keep a carrier's reason in each language, where the words are ours."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0021_sign_by_link")]

    operations = [
        migrations.AddField(
            model_name="carrierreceipt",
            name="says",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
