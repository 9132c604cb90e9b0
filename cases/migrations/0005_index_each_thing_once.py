"""What a wider index begins with, or nobody asks for, needs no index of its own."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0004_tie_the_apps"),
        ("cases", "0004_remember_how_a_file_was_read"),
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="case",
            name="creditor",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cases",
                to="people.organisation",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="external_reference",
            field=models.CharField(max_length=60, verbose_name="creditor's reference"),
        ),
        migrations.AlterField(
            model_name="case",
            name="officer",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cases",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="team",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cases",
                to="people.team",
            ),
        ),
        migrations.AlterField(
            model_name="ledgerentry",
            name="agreement",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="agreements.agreement",
            ),
        ),
        migrations.AlterField(
            model_name="ledgerentry",
            name="payment",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="agreements.payment",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["external_reference"],
                name="case_external_reference",
                opclasses=["varchar_pattern_ops"],
            ),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(
                condition=models.Q(("payment__isnull", False)),
                fields=["payment"],
                name="entry_of_payment",
            ),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(
                condition=models.Q(("agreement__isnull", False)),
                fields=["agreement"],
                name="entry_of_agreement",
            ),
        ),
    ]
