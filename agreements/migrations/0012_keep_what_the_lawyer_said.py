"""Keep what a lawyer said of the terms, a no included."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agreements", "0011_offer_more_kinds_of_plan")]

    operations = [
        migrations.AddField(
            model_name="agreement",
            name="lawyer_declined_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="lawyer objected at"),
        ),
        migrations.AddField(
            model_name="agreement",
            name="lawyer_remark",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=500,
                verbose_name="what the lawyer said",
            ),
        ),
    ]
