"""Keep what is signed by link."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0014_name_the_recording_of_the_reading"),
        ("documents", "0010_know_what_was_deleted"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SigningLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("terms_sha256", models.CharField(max_length=64)),
                ("channel", models.CharField(max_length=16, verbose_name="by")),
                (
                    "id_checked",
                    models.BooleanField(default=False, verbose_name="identity paper checked"),
                ),
                ("sent_at", models.DateTimeField(verbose_name="sent at")),
                (
                    "opened_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="first read at"),
                ),
                (
                    "signed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="signed at"),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="signature",
            name="signature_way_known",
        ),
        migrations.RemoveConstraint(
            model_name="signature",
            name="signature_on_paper_is_somewhere",
        ),
        migrations.AlterField(
            model_name="signature",
            name="way",
            field=models.CharField(
                choices=[
                    ("screen", "On the screen"),
                    ("paper", "On paper"),
                    ("link", "By link, with a one-time code"),
                ],
                db_default="screen",
                default="screen",
                max_length=10,
                verbose_name="way of signing",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(("way__in", ["screen", "paper", "link"])),
                name="signature_way_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("place", ""), ("way__in", ["screen", "link"])),
                    models.Q(("way", "paper"), models.Q(("place", ""), _negated=True)),
                    _connector="OR",
                ),
                name="signature_on_paper_is_somewhere",
            ),
        ),
        migrations.AddField(
            model_name="signinglink",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signing_links",
                to="agreements.agreement",
            ),
        ),
    ]
