"""What the relay needs to know of a row: when to try next, whether it was handed over."""

from datetime import UTC, datetime

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0002_tie_the_apps"),
        ("notices", "0002_tie_the_apps"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="notice", name="notice_due"),
        migrations.AddField(
            model_name="notice",
            name="next_at",
            field=models.DateTimeField(
                default=datetime(2026, 1, 1, tzinfo=UTC), verbose_name="next try at"
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="notice",
            name="address",
            field=models.CharField(max_length=320, verbose_name="to"),
        ),
        migrations.AddField(
            model_name="notice",
            name="begun_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="handed over at"),
        ),
        migrations.AddField(
            model_name="notice",
            name="deemed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="counts as served from"),
        ),
        migrations.AddField(
            model_name="notice",
            name="followed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="notice",
            name="proof",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.document",
                verbose_name="proof of delivery",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("state", "queued")),
                fields=["channel", "next_at", "id"],
                name="notice_due",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "sending", "failed", "doubtful"])),
                fields=["state", "-id"],
                name="notice_in_hand",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("deemed_at__isnull", False), ("state", "sent")),
                fields=["deemed_at"],
                name="notice_deemed",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(
                    ("followed_at", None), ("state__in", ["delivered", "bounced", "failed"])
                ),
                fields=["id"],
                name="notice_to_follow",
            ),
        ),
    ]
