"""Lawyers' letters, from the draft to the law firm's own paper."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0013_know_the_legal_basis_of_data"),
        ("documents", "0005_restrict_some"),
        ("notices", "0008_link_to_the_portal"),
        ("people", "0011_know_lawyers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LawyersLetter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        max_length=40, unique=True, verbose_name="number of the letter"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "With the lawyer"),
                            ("returned", "Sent back by the lawyer"),
                            ("released", "Released"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="waiting",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("language", models.CharField(max_length=4, verbose_name="language")),
                ("text", models.TextField(verbose_name="text")),
                ("drafted_at", models.DateTimeField(verbose_name="drafted at")),
                ("sent_in_at", models.DateTimeField(verbose_name="with the lawyer since")),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="decided at"),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="why it was sent back or withdrawn"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lawyers_letters",
                        to="cases.case",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.document",
                    ),
                ),
                (
                    "drafted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "firm",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="people.organisation",
                        verbose_name="law firm",
                    ),
                ),
                (
                    "lawyer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="lawyer",
                    ),
                ),
                (
                    "notice",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lawyers_letter",
                        to="notices.notice",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["firm", "state", "-id"], name="lawyers_letter_of_firm")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "returned", "released", "withdrawn"])
                        ),
                        name="lawyers_letter_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["zh", "en"])),
                        name="lawyers_letter_language_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "released"), _negated=True),
                            models.Q(("document__isnull", False), ("lawyer__isnull", False)),
                            _connector="OR",
                        ),
                        name="lawyers_letter_released_by_a_lawyer",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["waiting", "returned"])),
                        fields=("case",),
                        name="lawyers_letter_one_at_a_time",
                    ),
                ],
            },
        ),
    ]
