"""What is written in our own words is a message, whichever way it goes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0015_send_slips_of_visits"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("visit_notice", "Visit notice"),
                    ("visit_cancelled", "Visit cancelled"),
                    ("reminder_before", "Reminder before the due day"),
                    ("reminder_due", "Reminder on the due day"),
                    ("reminder_after", "Reminder after the due day"),
                    ("agreement_copy", "Copy of the agreement"),
                    ("payment_receipt", "Receipt for a payment"),
                    ("settlement", "Settlement certificate"),
                    ("letter", "Message"),
                    ("visit_slip", "Slip of a visit"),
                    ("portal_bell", "Word of a message"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
    ]
