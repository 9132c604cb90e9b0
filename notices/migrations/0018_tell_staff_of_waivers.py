"""Let those who decide a waiver be written to at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0017_tell_staff_by_mail")]

    operations = [
        migrations.RemoveConstraint(model_name="staffmessage", name="staff_message_kind_known"),
        migrations.AlterField(
            model_name="staffmessage",
            name="kind",
            field=models.CharField(
                choices=[("alarm", "Alarm"), ("waiver", "Waiver")],
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["alarm", "waiver"])),
                name="staff_message_kind_known",
            ),
        ),
    ]
