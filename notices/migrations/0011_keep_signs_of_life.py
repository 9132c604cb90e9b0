"""Where beat and workers leave a sign of life; and the index behind every list of the outbox."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0010_record_who_keeps_accounts")]

    operations = [
        migrations.CreateModel(
            name="Pulse",
            fields=[
                (
                    "part",
                    models.CharField(
                        max_length=12,
                        primary_key=True,
                        serialize=False,
                        verbose_name="part of the house",
                    ),
                ),
                ("who", models.CharField(max_length=120, verbose_name="by")),
                ("seen_at", models.DateTimeField(verbose_name="seen at")),
            ],
            options={
                "verbose_name": "sign of life",
                "verbose_name_plural": "signs of life",
            },
        ),
        migrations.RemoveIndex(model_name="notice", name="notice_in_hand"),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                fields=["state", "-id"],
                condition=models.Q(
                    state__in=["queued", "sending", "failed", "doubtful", "bounced", "suppressed"]
                ),
                name="notice_in_hand",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                fields=["-begun_at"],
                name="notice_begun",
                condition=models.Q(begun_at__isnull=False),
            ),
        ),
    ]
