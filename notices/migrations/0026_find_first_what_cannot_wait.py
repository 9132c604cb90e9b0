"""Find at once, in however long a queue, what loses its sense with the day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0025_tell_of_other_signers")]

    operations = [
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(
                    ("kind__in", ("reminder_before", "reminder_due", "one_time_code")),
                    ("state", "queued"),
                ),
                fields=["channel", "next_at", "id"],
                name="notice_due_fleeting",
            ),
        ),
    ]
