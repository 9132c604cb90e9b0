"""Keep in each language why a message to staff did not go."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0023_tell_staff_of_cash")]

    operations = [
        migrations.AddField(
            model_name="staffmessage",
            name="says",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
