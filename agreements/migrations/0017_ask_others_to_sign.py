"""Keep who else must sign, and whose each signature, confirmation and link is."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0016_tie_signing_to_links"),
        ("cases", "0027_know_who_wants_to_join"),
        ("documents", "0011_let_what_is_deleted_lose_its_bytes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Signatory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("guarantor", "Guarantor"),
                            ("spouse", "Spouse"),
                            ("co_debtor", "Co-debtor"),
                            ("joining", "Joins the debt"),
                        ],
                        max_length=10,
                        verbose_name="role",
                    ),
                ),
                (
                    "debtor_agreed_on",
                    models.DateField(blank=True, null=True, verbose_name="debtor agreed on"),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                (
                    "declined_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="declined at"),
                ),
                (
                    "declined_why",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="why"),
                ),
            ],
            options={
                "ordering": ["agreement_id", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="signature",
            name="signature_side_known",
        ),
        migrations.RemoveConstraint(
            model_name="signature",
            name="signature_side_once",
        ),
        migrations.RemoveConstraint(
            model_name="termconfirmation",
            name="term_confirmed_once",
        ),
        migrations.AlterField(
            model_name="signature",
            name="side",
            field=models.CharField(
                choices=[
                    ("debtor", "Debtor"),
                    ("creditor", "For the creditor"),
                    ("guarantor", "Guarantor"),
                    ("spouse", "Spouse"),
                    ("co_debtor", "Co-debtor"),
                    ("joining", "Joins the debt"),
                ],
                max_length=10,
                verbose_name="side",
            ),
        ),
        migrations.AddField(
            model_name="signatory",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signatories",
                to="agreements.agreement",
            ),
        ),
        migrations.AddField(
            model_name="signatory",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="signatory",
            name="copy",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.document",
            ),
        ),
        migrations.AddField(
            model_name="signatory",
            name="party",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signatories",
                to="cases.party",
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="signatory",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signature",
                to="agreements.signatory",
            ),
        ),
        migrations.AddField(
            model_name="signinglink",
            name="signatory",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signing_links",
                to="agreements.signatory",
            ),
        ),
        migrations.AddField(
            model_name="termconfirmation",
            name="signatory",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="confirmations",
                to="agreements.signatory",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "side__in",
                        ["debtor", "creditor", "guarantor", "spouse", "co_debtor", "joining"],
                    )
                ),
                name="signature_side_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("side__in", ["debtor", "creditor"]), _negated=True),
                    ("signatory__isnull", True),
                    _connector="OR",
                ),
                name="signature_of_either_side_is_its_own",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(
                condition=models.Q(("signatory__isnull", True)),
                fields=("agreement", "side"),
                name="signature_side_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="termconfirmation",
            constraint=models.UniqueConstraint(
                fields=("agreement", "term", "signatory"),
                name="term_confirmed_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="signatory",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["guarantor", "spouse", "co_debtor", "joining"])),
                name="signatory_role_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="signatory",
            constraint=models.UniqueConstraint(
                fields=("agreement", "party"), name="signatory_once"
            ),
        ),
    ]
