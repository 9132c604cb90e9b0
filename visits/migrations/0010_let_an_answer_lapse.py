from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0009_keep_evidence_apart"),
    ]

    operations = [
        migrations.AddField(
            model_name="consent",
            name="lapsed_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="no longer counts since"
            ),
        ),
        migrations.AlterField(
            model_name="consent",
            name="by_whom",
            field=models.CharField(blank=True, max_length=80, verbose_name="by whom"),
        ),
    ]
