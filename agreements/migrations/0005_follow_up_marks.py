from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agreements", "0004_tie_the_apps")]

    operations = [
        migrations.AddField(
            model_name="instalment",
            name="attend_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="instalment",
            name="missed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="found missing at"),
        ),
        migrations.AddField(
            model_name="instalment",
            name="escalated_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="passed on at"),
        ),
        migrations.AddIndex(
            model_name="instalment",
            index=models.Index(
                condition=models.Q(("attend_at__isnull", False), ("live", True), ("paid_at", None)),
                fields=["attend_at", "id"],
                name="instalment_to_attend",
            ),
        ),
    ]
