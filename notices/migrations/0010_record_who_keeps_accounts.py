"""Who changed an account at a carrier, and who tried it, is on record."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0009_hear_of_wishes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("opened", "Opened"),
                            ("changed", "Changed"),
                            ("taken_out", "Taken out of use"),
                            ("taken_in", "Taken into use again"),
                            ("tried", "Tried"),
                        ],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("why", models.CharField(blank=True, max_length=300, verbose_name="why")),
                (
                    "names",
                    models.JSONField(blank=True, default=list, verbose_name="what was changed"),
                ),
                ("to", models.CharField(blank=True, max_length=320, verbose_name="to")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("none", "–"),
                            ("begun", "begun"),
                            ("taken", "taken"),
                            ("refused", "refused"),
                            ("unclear", "not known"),
                        ],
                        default="none",
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "words",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="the carrier's words"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="records",
                        to="notices.channelaccount",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "record of an account",
                "verbose_name_plural": "records of accounts",
                "ordering": ["-pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="accountrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["opened", "changed", "taken_out", "taken_in", "tried"])
                ),
                name="account_record_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome__in", ["none", "begun", "taken", "refused", "unclear"])
                ),
                name="account_record_outcome_known",
            ),
        ),
    ]
