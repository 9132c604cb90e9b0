"""Name the recording in which the terms are read aloud."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0010_know_what_was_deleted"),
        ("agreements", "0013_pay_back_what_was_too_much"),
    ]

    operations = [
        migrations.AddField(
            model_name="agreement",
            name="reading",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.document",
                verbose_name="recording of the reading",
            ),
        ),
    ]
